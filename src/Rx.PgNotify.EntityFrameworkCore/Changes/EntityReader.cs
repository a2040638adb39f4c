using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>Reads entities from the rows of a table, each as the type that its discriminator says.</summary>
sealed class EntityReader<T>
    where T : class
{
    readonly ColumnMember? _discriminator;
    readonly Dictionary<object, StructureReader?> _byDiscriminator = [];
    readonly StructureReader? _only;

    EntityReader(EntityTable table)
    {
        var readers = table.Types.ToDictionary(type => type, type => StructureReader.OfRow(type, table));
        var root = table.Entity.GetRootType();
        if (root.FindDiscriminatorProperty() is not { } discriminator || discriminator.GetColumnName(table.Identifier) is not { } column)
        {
            _only = readers.Values.Single();
            return;
        }

        if (!table.Reports(column))
            throw table.Lacks($"the column '{column}', which tells its type", $"add '{discriminator.Name}' to {nameof(ChangeNotificationsOptions.Properties)}.");
        _discriminator = ColumnMember.Of(discriminator, column, table.Name);
        foreach (var type in root.GetDerivedTypesInclusive().Where(type => !type.IsAbstract()))
            _byDiscriminator.Add(type.GetDiscriminatorValue()!, readers.GetValueOrDefault(type));
    }

    internal static EntityReader<T> Of(EntityTable table) => table.Options.Payload switch
    {
        TriggerPayload.Columns or TriggerPayload.Rows => new EntityReader<T>(table),
        TriggerPayload.Keys => throw table.Lacks(
            "its rows", $"call ChangedKeys, or set {nameof(TriggerPayload)}.{nameof(TriggerPayload.Rows)} in HasChangeNotifications."),
        _ => throw table.Lacks(
            "its rows", $"set {nameof(TriggerPayload)}.{nameof(TriggerPayload.Rows)} in HasChangeNotifications, or take a live query, which needs none."),
    };

    internal ReadRow<T> Read(JsonElement row)
    {
        if (ReaderOf(row) is not { } reader)
            return ReadRow<T>.OfAnotherType;
        return ReadRow<T>.Of((T)reader.Read(row));
    }

    StructureReader? ReaderOf(JsonElement row)
    {
        if (_discriminator is null)
            return _only;
        return _discriminator.Read(row) is { } value && _byDiscriminator.TryGetValue(value, out var reader)
            ? reader
            : throw UnreadableException.UnknownType(_discriminator.Column);
    }
}
