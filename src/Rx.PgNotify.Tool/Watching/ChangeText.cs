using System.Globalization;
using System.Text.Json;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>A change for people: what was done, to which row, and what is different.</summary>
static class ChangeText
{
    // JSON is the exact form.
    const int LongestValue = 60;

    /// <summary>The operation's name.</summary>
    internal static string Operation(WatchEvent change) => change switch
    {
        WatchEvent.Row row => row.Operation,
        WatchEvent.Statement statement => statement.Operation,
        _ => "",
    };

    /// <summary>The row's key.</summary>
    internal static IEnumerable<(string Text, ChangeTone Tone)> Key(WatchEvent change, IReadOnlyList<string> key)
    {
        if (change is not WatchEvent.Row row)
            return [];
        var shown = row.New ?? row.Old;
        return Joined(Columns(shown).Where(column => row.IsKeyOnly || key.Contains(column.Name, StringComparer.Ordinal)).Select(column => Named(column, ChangeTone.Plain)));
    }

    /// <summary>What is different, or what there is.</summary>
    internal static IEnumerable<(string Text, ChangeTone Tone)> Changes(WatchEvent change, IReadOnlyList<string> key) => change switch
    {
        WatchEvent.Row { IsKeyOnly: true } => [("(no room for more)", ChangeTone.Remark)],
        WatchEvent.Row { Old: not null, New: not null } row => Differences(row, key),
        WatchEvent.Row { New: { } present } => Joined(Others(present, key).Select(column => Named(column, ChangeTone.Present))),
        WatchEvent.Row { Old: { } former } => Joined(Others(former, key).Select(column => Named(column, ChangeTone.Former))),
        WatchEvent.Statement { IsAltered: true } => [("(the table was altered: its rows are shown again in a moment)", ChangeTone.Remark)],
        WatchEvent.Statement { Count: { } count } => [($"({count.ToString("#,0", CultureInfo.InvariantCulture)} {(count == 1 ? "row" : "rows")}, no room for more)", ChangeTone.Remark)],
        _ => [],
    };

    /// <summary>The columns of which an update changed the value.</summary>
    internal static IEnumerable<string> ChangedColumns(WatchEvent.Row row)
    {
        var former = Columns(row.Old).ToDictionary(column => column.Name, column => column.Value.GetRawText(), StringComparer.Ordinal);
        return Columns(row.New)
            .Where(column => !former.TryGetValue(column.Name, out var value) || !string.Equals(value, column.Value.GetRawText(), StringComparison.Ordinal))
            .Select(column => column.Name);
    }

    static IEnumerable<(string, ChangeTone)> Differences(WatchEvent.Row row, IReadOnlyList<string> key)
    {
        var former = Columns(row.Old).ToDictionary(column => column.Name, column => column.Value, StringComparer.Ordinal);
        var changed = ChangedColumns(row).Except(key, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        if (changed.Count == 0)
            return [("(nothing that is shown has changed)", ChangeTone.Remark)];
        return Joined(Columns(row.New).Where(column => changed.Contains(column.Name)).Select(column => former.TryGetValue(column.Name, out var old)
            ? [(Name(column), ChangeTone.Name), (Value(old), ChangeTone.Former), (" -> ", ChangeTone.Plain), (Value(column.Value), ChangeTone.Present)]
            : Named(column, ChangeTone.Present)));
    }

    static JsonElement.ObjectEnumerator Columns(JsonElement? row) => row is { } columns ? columns.EnumerateObject() : default;

    static IEnumerable<JsonProperty> Others(JsonElement row, IReadOnlyList<string> key) =>
        Columns(row).Where(column => !key.Contains(column.Name, StringComparer.Ordinal));

    static (string, ChangeTone)[] Named(JsonProperty column, ChangeTone tone) => [(Name(column), ChangeTone.Name), (Value(column.Value), tone)];

    static string Name(JsonProperty column) => $"{PlainText.Escape(column.Name)} ";

    static string Value(JsonElement value)
    {
        var text = value.GetRawText();
        if (text.Length > LongestValue)
            text = $"{text[..(char.IsHighSurrogate(text[LongestValue - 2]) ? LongestValue - 2 : LongestValue - 1)]}…";
        return PlainText.Escape(text);
    }

    static IEnumerable<(string, ChangeTone)> Joined(IEnumerable<IEnumerable<(string, ChangeTone)>> columns) =>
        columns.SelectMany((column, i) => i == 0 ? column : column.Prepend((", ", ChangeTone.Plain)));
}
