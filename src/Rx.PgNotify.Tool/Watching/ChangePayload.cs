using System.Text.Json;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>Reads what the trigger wrote.</summary>
/// <remarks>
/// <c>TableChanges</c> is for readers who read the table anew wherever rows are not reported. Here nobody does, and what is
/// known of such rows, the operation and the keys, is what people want to see.
/// </remarks>
static class ChangePayload
{
    // A column of JSON may be nested as deeply as a payload has bytes.
    static readonly JsonDocumentOptions s_options = new() { MaxDepth = 8_000 };

    internal static IReadOnlyList<WatchEvent> Read(string payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload, s_options);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return [new WatchEvent.Notice("a notification that the trigger did not send is left out")];
        }
    }

    static IReadOnlyList<WatchEvent> Read(JsonElement payload)
    {
        var operation = Operation(payload);
        if (payload.TryGetProperty("rows", out var rows))
            return [.. rows.EnumerateArray().Select(row => Row(row, isKeyOnly: false))];
        if (payload.TryGetProperty("keys", out var keys))
            return [.. keys.EnumerateArray().Select(row => Row(row, isKeyOnly: true))];
        var isAltered = payload.TryGetProperty("altered", out var altered) && altered.GetBoolean();
        return [new WatchEvent.Statement(operation, payload.TryGetProperty("count", out var count) ? count.GetInt64() : null, isAltered)];
    }

    static WatchEvent.Row Row(JsonElement row, bool isKeyOnly)
    {
        var change = new WatchEvent.Row(Operation(row), Columns(row, "old"), Columns(row, "new"), isKeyOnly);
        return change.New is null && change.Old is null ? throw new FormatException("a row without columns") : change;
    }

    // Any role may send on the channel: what is shown as an operation is one.
    static string Operation(JsonElement item) => item.GetProperty("op").GetString() is ("insert" or "update" or "delete" or "truncate") and var name
        ? name
        : throw new FormatException("no such operation");

    static JsonElement? Columns(JsonElement row, string name)
    {
        if (!row.TryGetProperty(name, out var columns))
            return null;
        if (columns.ValueKind is not JsonValueKind.Object)
            throw new FormatException("no row");
        // Whoever shows the row goes by the names. (The parser's own check would also refuse values that a column of JSON may have.)
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var column in columns.EnumerateObject())
        {
            if (!names.Add(column.Name))
                throw new FormatException("a column twice");
        }

        return columns.Clone();
    }
}
