namespace Rx.PgNotify.Tool.Top;

/// <summary>How a line stands out.</summary>
enum TopTone
{
    Plain,
    Heading,
    Faint,
    Warning,
    Problem,
}
