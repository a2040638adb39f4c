using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>Names of tables and functions as messages show them.</summary>
static class SqlNames
{
    internal static string Of(string? schema, string name) => schema is null ? name : $"{schema}.{name}";

    internal static string Of(ITableBase table) => table.EntityTypeMappings.Any()
        ? $"{Of(table.Schema, table.Name)} (of {OfEntities(table)})"
        : Of(table.Schema, table.Name);

    internal static string OfEntities(ITableBase table) =>
        string.Join(", ", table.EntityTypeMappings.Select(mapping => mapping.TypeBase.DisplayName()).Distinct(StringComparer.Ordinal));
}
