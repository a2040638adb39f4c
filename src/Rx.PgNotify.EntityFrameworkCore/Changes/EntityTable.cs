using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.EntityFrameworkCore.Model;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>A table that holds entities of a type, and the trigger that reports it.</summary>
sealed class EntityTable
{
    EntityTable(IEntityType entity, ITable table, IReadOnlyList<IEntityType> types)
    {
        (Entity, Types) = (entity, types);
        Name = entity.DisplayName();
        Identifier = StoreObjectIdentifier.Table(table.Name, table.Schema);
        Trigger = ModelTriggers.Find(table) ?? throw new InvalidOperationException(
            $"The table '{table.SchemaQualifiedName}' of {Name} has no change notifications: call HasChangeNotifications() for it in the model.");
        Options = Trigger.Options;
    }

    /// <summary>The type that was asked for.</summary>
    internal IEntityType Entity { get; }

    internal string Name { get; }

    /// <summary>The types whose entities are asked for and lie in this table; none is abstract.</summary>
    internal IReadOnlyList<IEntityType> Types { get; }

    internal StoreObjectIdentifier Identifier { get; }

    internal TableTrigger Trigger { get; }

    internal TableTriggerOptions Options { get; }

    /// <summary>All tables that hold entities of a type: one, or one for each concrete type of a hierarchy.</summary>
    internal static IReadOnlyList<EntityTable> Of(IModel model, Type type)
    {
        var entity = ModelEntity.Find(model, type);
        var tables = entity.GetDerivedTypesInclusive()
            .Where(concrete => !concrete.IsAbstract())
            .GroupBy(TableOf)
            .Select(types => new EntityTable(entity, types.Key, [.. types]))
            .ToArray();
        return tables.Length > 0 ? tables : throw new InvalidOperationException($"{entity.DisplayName()} is abstract, and nothing derives from it.");
    }

    /// <summary>Whether the trigger reports a column, if it has room.</summary>
    internal bool Reports(string column) => Options.Payload switch
    {
        TriggerPayload.Rows => true,
        TriggerPayload.Columns => Options.Columns.Contains(column, StringComparer.Ordinal),
        TriggerPayload.Keys => Options.KeyColumns is [] ? IsOfPrimaryKey(column) : Options.KeyColumns.Contains(column, StringComparer.Ordinal),
        _ => false,
    };

    internal string ColumnOf(IProperty property) => property.GetColumnName(Identifier)
        ?? throw new InvalidOperationException($"{Name}.{property.Name} has no column in the table '{Identifier.DisplayName()}'.");

    internal InvalidOperationException Lacks(string what, string advice) => new(
        $"The notifications of {Name} don't report {what} ({nameof(TableTriggerOptions.Payload)} is {Options.Payload}): {advice}");

    bool IsOfPrimaryKey(string column) =>
        Entity.FindPrimaryKey()?.Properties.Any(property => string.Equals(property.GetColumnName(Identifier), column, StringComparison.Ordinal)) == true;

    static ITable TableOf(IEntityType type)
    {
        var name = type.DisplayName();
        var tables = type.GetTableMappings().Select(mapping => mapping.Table).Distinct().ToArray();
        if (tables is not [var table])
            throw new InvalidOperationException(tables.Length == 0
                ? $"{name} is mapped to no table, and nothing can notify of it: name the entity whose table it is read from."
                : $"A row of {name} is spread over the tables {string.Join(", ", tables.Select(t => $"'{t.SchemaQualifiedName}'"))}, "
                    + "so that no notification reports it whole: take a live query.");
        if (type.FindRowInternalForeignKeys(StoreObjectIdentifier.Table(table.Name, table.Schema)).FirstOrDefault() is { } owner)
            throw new InvalidOperationException(
                $"{name} is a part of the rows of {owner.PrincipalEntityType.DisplayName()}, in the table '{table.SchemaQualifiedName}': name that entity.");
        return table;
    }
}
