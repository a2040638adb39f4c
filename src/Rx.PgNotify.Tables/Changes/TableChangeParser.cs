using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rx.PgNotify.Operators;

namespace Rx.PgNotify.Tables.Changes;

/// <summary>Reads what a trigger function wrote, or anybody else: any role may send on any channel.</summary>
sealed class TableChangeParser<T>(JsonTypeInfo<T> typeInfo, Action<Notification, JsonException> onMalformed)
{
    internal bool TryParse(ChannelSignal signal, out IReadOnlyList<TableChange<T>> changes)
    {
        changes = signal switch
        {
            { IsResync: true } => [new TableChange<T>.Reload(ReloadReason.Resync)],
            { IsNotification: true } => Changes(signal.Notification),
            _ => [],
        };
        return changes.Count > 0;
    }

    IReadOnlyList<TableChange<T>> Changes(Notification notification)
    {
        JsonException malformed;
        try
        {
            using var payload = JsonDocument.Parse(notification.Payload);
            return Changes(payload.RootElement);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            malformed = JsonPayloadParser<T>.WithoutPayload(e);
        }

        onMalformed(notification, malformed);
        return [new TableChange<T>.Reload(ReloadReason.Malformed)];
    }

    // All of them are read before the first is handed on: a payload is either reported whole or read anew.
    IReadOnlyList<TableChange<T>> Changes(JsonElement payload)
    {
        if (payload.GetProperty("op").ValueEquals("truncate"))
            return [new TableChange<T>.Reload(ReloadReason.Truncated)];
        if (payload.TryGetProperty("rows", out var rows))
        {
            // No trigger reports that no row changed. Without any element it would be lost without a word.
            if (rows.GetArrayLength() == 0)
                throw new JsonException();
            return [.. rows.EnumerateArray().Select(Change)];
        }

        var isAltered = payload.TryGetProperty("altered", out var altered) && altered.GetBoolean();
        return [new TableChange<T>.Reload(
            isAltered ? ReloadReason.TableAltered : ReloadReason.WithoutRows,
            payload.TryGetProperty("count", out var count) ? count.GetInt64() : null)];
    }

    TableChange<T> Change(JsonElement row) => row.GetProperty("op").GetString() switch
    {
        "insert" => new TableChange<T>.Insert(Row(row.GetProperty("new"))),
        "update" => new TableChange<T>.Update(row.TryGetProperty("old", out var old) ? Row(old) : default, Row(row.GetProperty("new"))),
        "delete" => new TableChange<T>.Delete(Row(row.GetProperty("old"))),
        _ => throw new JsonException(),
    };

    T Row(JsonElement json) => json.Deserialize(typeInfo) ?? throw new JsonException();
}
