using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Model;

/// <summary>Refuses a model that asks for notifications which no trigger can give.</summary>
static class ModelCheck
{
    /// <exception cref="InvalidOperationException">It does; the message names the entity type and what to do.</exception>
    internal static void Run(IReadOnlyModel model)
    {
        var tables = MappedTables.Of(model);
        foreach (var entityType in model.GetEntityTypes())
        {
            if (NotificationsAnnotation.TryRead(entityType, out var options))
                CheckEntityType(entityType, options, tables);
        }

        foreach (var table in tables)
        {
            if (ModelTrigger.Of(table.Key, [.. table]) is { NeedsKey: true, Options.KeyColumns.Count: 0 } && table.All(type => type.FindPrimaryKey() is null))
                throw new InvalidOperationException(
                    $"Entity type '{table.First().DisplayName()}' has no key, and its change notifications need one: name the properties that identify a row (KeyProperties), or ask for less.");
        }
    }

    static void CheckEntityType(
        IReadOnlyEntityType entityType, ChangeNotificationsOptions? options, ILookup<StoreObjectIdentifier, IReadOnlyEntityType> tables)
    {
        if (NotificationChoice.Superior(entityType) is { } superior
            && MappedTables.Of(entityType).Intersect(MappedTables.Of(superior)).Select(table => table.DisplayName()).FirstOrDefault() is { } shared)
            throw new InvalidOperationException(
                $"Entity type '{entityType.DisplayName()}' is stored in table '{shared}' of '{superior.DisplayName()}', which reports the changes of both: say at '{superior.DisplayName()}' which change notifications it has.");
        if (options is null)
            return;

        var own = tables.Where(table => table.Any(type => NotificationChoice.Of(type)?.Source == entityType)).ToList();
        if (own.Count == 0)
            throw new InvalidOperationException($"Entity type '{entityType.DisplayName()}' {Mapping(entityType)}, which has no triggers: ask for the change notifications of the entity types of the tables behind it.");
        foreach (var property in options.NamedProperties)
            CheckProperty(entityType, property, own);
    }

    static void CheckProperty(IReadOnlyEntityType entityType, string property, List<IGrouping<StoreObjectIdentifier, IReadOnlyEntityType>> tables)
    {
        var isStored = false;
        foreach (var table in tables)
        {
            foreach (var column in PropertyColumns.Find(entityType, property, table.Key, table))
            {
                isStored = true;
                if (column.Property is { } computed && computed.GetComputedColumnSql(table.Key) is not null && computed.GetIsStored(table.Key) != true)
                    throw new InvalidOperationException(
                        $"Column '{column.Name}' of entity type '{entityType.DisplayName()}' is computed when it is read and has no value in triggers: store it (stored: true), or leave '{property}' out of its change notifications.");
            }
        }

        if (!isStored)
            throw new InvalidOperationException(
                $"The change notifications of entity type '{entityType.DisplayName()}' name '{property}', and none of its tables stores a property of that name.");
    }

    static string Mapping(IReadOnlyEntityType entityType) => entityType switch
    {
        _ when entityType.GetViewName() is { } view => $"is mapped to the view '{view}'",
        _ when entityType.GetFunctionName() is { } function => $"is mapped to the function '{function}'",
        _ when entityType.GetSqlQuery() is not null => "is mapped to a query",
        _ => "has no table",
    };
}
