namespace Rx.PgNotify.Tool.Output;

/// <summary>What <c>pgnotify listen</c> writes of a notification. A closed set of cases.</summary>
abstract record ListenFormat
{
    ListenFormat()
    {
    }

    /// <summary>For people.</summary>
    internal sealed record Text : ListenFormat;

    /// <summary>For programs: one object a line.</summary>
    internal sealed record Json : ListenFormat;

    /// <summary>As the user wants it.</summary>
    internal sealed record Template(LineTemplate Value) : ListenFormat;
}
