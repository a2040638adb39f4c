using System.Globalization;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>What happens to the line and to the trigger, for people.</summary>
static class WatchComment
{
    /// <returns><see langword="null"/> for what is no comment but output.</returns>
    internal static string? Of(WatchEvent item) => item switch
    {
        WatchEvent.Watching { Table: var table } => $"watching {table}, {Key(table)}",
        WatchEvent.Gap gap => $"changes may be missing: {string.Join(", ", ResyncNames.Of(gap.Reasons))}"
            + (gap.Dropped > 0 ? string.Create(CultureInfo.InvariantCulture, $", {gap.Dropped} dropped") : ""),
        WatchEvent.State { Value: var state } => CommentText.Of(new ListenEvent.State(state)),
        WatchEvent.Notice { Text: var text } => text,
        _ => null,
    };

    static string Key(WatchedTable table) => table.Key.Count > 0
        ? $"key {PlainText.Escape(string.Join(", ", table.Key))}"
        : "which has no primary key: an updated row is shown as deleted and inserted";
}
