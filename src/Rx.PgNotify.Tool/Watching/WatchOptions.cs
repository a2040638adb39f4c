using Rx.PgNotify.Tables;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>What is to be seen of a changed row.</summary>
/// <param name="Columns">These columns and the key; none: all.</param>
/// <param name="Key">What identifies a row; none: the primary key.</param>
/// <param name="KeysOnly">The key and nothing else.</param>
sealed record WatchOptions(IReadOnlyList<string> Columns, IReadOnlyList<string> Key, bool KeysOnly)
{
    /// <param name="key">The columns that identify a row of the table.</param>
    internal TableTriggerOptions ForTrigger(IReadOnlyList<string> key) => new()
    {
        Payload = KeysOnly ? TriggerPayload.Keys : Columns.Count > 0 ? TriggerPayload.Columns : TriggerPayload.Rows,
        Columns = Columns.Count > 0 ? [.. key.Union(Columns, StringComparer.Ordinal)] : [],
        IncludeOld = !KeysOnly,
        KeyColumns = Key,
    };
}
