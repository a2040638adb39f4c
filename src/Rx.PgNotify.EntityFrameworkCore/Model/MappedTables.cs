using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Model;

/// <summary>Which tables store what an entity type itself declares, or shares with its whole hierarchy.</summary>
static class MappedTables
{
    /// <summary>Where a table without a schema is taken to be: first in the search path, as a rule.</summary>
    internal const string DefaultSchema = "public";

    /// <summary>Its own table and those that it is split over, not those of its base types; none if it is no table's.</summary>
    internal static IEnumerable<StoreObjectIdentifier> Of(IReadOnlyEntityType entityType) =>
        StoreObjectIdentifier.Create(entityType, StoreObjectType.Table) is { } table
            ? entityType.GetMappingFragments(StoreObjectType.Table).Select(fragment => fragment.StoreObject).Prepend(table)
            : [];

    /// <summary>All tables of a model with their entity types.</summary>
    internal static ILookup<StoreObjectIdentifier, IReadOnlyEntityType> Of(IReadOnlyModel model) =>
        model.GetEntityTypes()
            .SelectMany(Of, (entityType, table) => (entityType, table))
            .ToLookup(pair => pair.table, pair => pair.entityType);
}
