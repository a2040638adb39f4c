namespace Rx.PgNotify.Tool.Doctor;

/// <summary>How a check came out.</summary>
enum Verdict
{
    Ok,
    Warning,
    Problem,
}
