using System.Reactive.Linq;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>From a trigger's channel to what its rows are read as.</summary>
static class ChangeSource
{
    // No type is looked up in it: the one that is read comes with its converter.
    static readonly JsonSerializerOptions s_options = new() { TypeInfoResolver = JsonTypeInfoResolver.Combine() };

    internal static IObservable<TableChange<T>> ChangesOf<T>(
        this PgListener listener, EntityTable table, Func<JsonElement, ReadRow<T>> read, Action<Notification, JsonException>? onMalformed)
    {
        var (schema, name) = (table.Trigger.Schema, table.Trigger.Table);
        var signals = listener.Channel(table.Trigger.Channel).Signals
            .WhereNotification(notification => !IsOfAnotherTable(notification.Payload, schema, name));
        return Observable.Defer(() =>
        {
            var converter = new RowConverter<T>(read);
            return signals
                .TableChanges(JsonMetadataServices.CreateValueInfo<ReadRow<T>>(s_options, converter), converter.NamingTheColumn(onMalformed))
                .SelectMany(change => Belonging(change) is { } belonging ? [belonging] : Array.Empty<TableChange<T>>());
        });
    }

    // A channel may be that of several tables. What says nothing of a table is for all of them: nobody knows what it stands for.
    static bool IsOfAnotherTable(string payload, string schema, string table)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("schema", out var otherSchema) && otherSchema.ValueKind == JsonValueKind.String
                && root.TryGetProperty("table", out var otherTable) && otherTable.ValueKind == JsonValueKind.String
                && !(otherSchema.ValueEquals(schema) && otherTable.ValueEquals(table));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static TableChange<T>? Belonging<T>(TableChange<ReadRow<T>> change) => change switch
    {
        TableChange<ReadRow<T>>.Insert({ Belongs: true } row) => new TableChange<T>.Insert(row.Value!),
        TableChange<ReadRow<T>>.Delete({ Belongs: true } row) => new TableChange<T>.Delete(row.Value!),
        TableChange<ReadRow<T>>.Update({ IsReported: true, Belongs: false }, { Belongs: true } row) => new TableChange<T>.Insert(row.Value!),
        TableChange<ReadRow<T>>.Update(var former, { Belongs: true } row) => new TableChange<T>.Update(former.Value, row.Value!),
        TableChange<ReadRow<T>>.Update({ Belongs: true } former, _) => new TableChange<T>.Delete(former.Value!),
        TableChange<ReadRow<T>>.Reload { Reason: var reason, RowCount: var count } => new TableChange<T>.Reload(reason, count),
        _ => null,
    };
}
