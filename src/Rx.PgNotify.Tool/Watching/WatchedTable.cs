using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>A table that is there and can have triggers.</summary>
/// <param name="Schema">Its schema, unquoted.</param>
/// <param name="Name">Its name, unquoted.</param>
/// <param name="Key">The columns that identify a row; none if it has no primary key and none was given.</param>
sealed record WatchedTable(string Schema, string Name, IReadOnlyList<string> Key)
{
    /// <summary>Safe to show.</summary>
    public override string ToString() => PlainText.Escape($"{Schema}.{Name}");
}
