using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.EntityFrameworkCore.Model;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>Finds tables of a model that are declared by name or by type.</summary>
static class ModelTables
{
    /// <summary>The tables of all entity types that have this CLR type, and of those that they share rows with.</summary>
    /// <exception cref="MisuseException">It is of no entity type, or of none that is mapped to a table.</exception>
    internal static IReadOnlyCollection<ITable> Of(IModel model, Type type)
    {
        var tables = Of(model.FindEntityTypes(type)).ToHashSet();
        return tables.Count > 0
            ? tables
            : throw new MisuseException($"Reads declares {type.Name}, which the model maps to no table: declare the tables themselves, by entity or by name.");
    }

    /// <summary>The tables of entity types and of those derived from them.</summary>
    internal static IEnumerable<ITable> Of(IEnumerable<IEntityType> types) => types
        .SelectMany(entity => entity.GetDerivedTypesInclusive())
        .SelectMany(entity => entity.GetTableMappings())
        .Select(mapping => mapping.Table);

    /// <exception cref="MisuseException">There is none of that name.</exception>
    internal static ITable Find(IModel model, string table, string? schema)
    {
        var tables = model.GetRelationalModel();
        schema ??= model.GetDefaultSchema();
        return tables.FindTable(table, schema)
            // One without a schema by the name of the one that it is taken to be in, and the other way round.
            ?? (schema is null ? tables.FindTable(table, MappedTables.DefaultSchema) : null)
            ?? (string.Equals(schema, MappedTables.DefaultSchema, StringComparison.Ordinal) ? tables.FindTable(table, null) : null)
            ?? throw new MisuseException($"Reads declares the table {SqlNames.Of(schema, table)}, which is not in the model.");
    }
}
