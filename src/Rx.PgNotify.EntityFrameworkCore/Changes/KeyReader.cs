using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>Reads primary keys from the rows of a table.</summary>
sealed class KeyReader<TKey>
{
    readonly ColumnMember[] _columns;

    KeyReader(ColumnMember[] columns) => _columns = columns;

    internal static KeyReader<TKey> Of(EntityTable table)
    {
        var properties = table.Entity.FindPrimaryKey()?.Properties
            ?? throw new InvalidOperationException($"{table.Name} has no primary key.");
        var types = properties.Select(property => property.ClrType).ToArray();
        if (!IsTypeOf(types))
            throw new InvalidOperationException($"The key of {table.Name} is {Describe(properties)}, and not {typeof(TKey)}.");
        if (SharesItsTable(table))
            throw new InvalidOperationException(
                $"The table '{table.Identifier.DisplayName()}' holds more than {table.Name}, and a key does not say of what it is: "
                + $"name {table.Entity.GetRootType().DisplayName()}.");

        var columns = properties.Select(property => ColumnMember.Of(property, table.ColumnOf(property), table.Name)).ToArray();
        if (columns.FirstOrDefault(column => !table.Reports(column.Column)) is { } missing)
            throw table.Lacks($"the column '{missing.Column}' of its key", Advice(table.Options));
        return new KeyReader<TKey>(columns);
    }

    internal ReadRow<TKey> Read(JsonElement row)
    {
        if (_columns is [var only])
            return ReadRow<TKey>.Of((TKey)only.Read(row)!);
        return ReadRow<TKey>.Of((TKey)Activator.CreateInstance(typeof(TKey), [.. _columns.Select(column => column.Read(row))])!);
    }

    // More than seven nest their tuples.
    static bool IsTypeOf(Type[] types) => types is [var only]
        ? only == typeof(TKey)
        : types.Length <= 7 && typeof(ITuple).IsAssignableFrom(typeof(TKey)) && typeof(TKey).IsValueType && typeof(TKey).GetGenericArguments().SequenceEqual(types);

    static bool SharesItsTable(EntityTable table) => table.Entity.BaseType is { } parent
        && parent.GetTableMappings().Any(mapping => StoreObjectIdentifier.Table(mapping.Table.Name, mapping.Table.Schema) == table.Identifier);

    static string Describe(IReadOnlyList<IProperty> properties) => properties is [var only]
        ? only.ClrType.Name
        : $"({string.Join(", ", properties.Select(property => $"{property.ClrType.Name} {property.Name}"))})";

    static string Advice(TableTriggerOptions options) => options switch
    {
        { Payload: TriggerPayload.Columns } => $"add its property to {nameof(ChangeNotificationsOptions.Properties)}.",
        { Payload: TriggerPayload.Keys } => $"leave {nameof(ChangeNotificationsOptions.KeyProperties)} out, or name its property there.",
        _ => $"set {nameof(TriggerPayload)}.{nameof(TriggerPayload.Keys)} in HasChangeNotifications.",
    };
}
