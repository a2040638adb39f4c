using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>Finds tables of a model that are declared by name or by type.</summary>
static class ModelTables
{
    const string Public = "public";

    /// <summary>The tables of all entity types that have this CLR type, and of those that they share rows with.</summary>
    /// <exception cref="MisuseException">It is of no entity type, or of none that is mapped to a table.</exception>
    internal static IReadOnlyCollection<ITable> Of(IModel model, Type type)
    {
        var tables = model.FindEntityTypes(type)
            .SelectMany(entity => entity.GetDerivedTypesInclusive())
            .SelectMany(entity => entity.GetTableMappings())
            .Select(mapping => mapping.Table)
            .ToHashSet();
        return tables.Count > 0
            ? tables
            : throw new MisuseException($"Reads declares {type.Name}, which the model maps to no table: declare the tables themselves, by entity or by name.");
    }

    /// <exception cref="MisuseException">There is none of that name.</exception>
    internal static ITable Find(IModel model, string table, string? schema)
    {
        var tables = model.GetRelationalModel();
        schema ??= model.GetDefaultSchema();
        return tables.FindTable(table, schema)
            // A table without a schema is in the search path's, which is public as a rule, and the other way round.
            ?? (schema is null ? tables.FindTable(table, Public) : null)
            ?? (string.Equals(schema, Public, StringComparison.Ordinal) ? tables.FindTable(table, null) : null)
            ?? throw new MisuseException($"Reads declares the table {SqlNames.Of(schema, table)}, which is not in the model.");
    }
}
