namespace Rx.PgNotify.Tables.Sql;

/// <summary>Which columns identify a row, as conditions in SQL.</summary>
static class SqlKey
{
    internal const string Requirement = "neither primary key nor unique and NOT NULL";

    /// <summary>Whether columns are a unique key, and not null.</summary>
    /// <param name="relation">An expression of the type regclass.</param>
    /// <param name="columns">An expression of the type text[].</param>
    internal static string IsUnique(string relation, string columns) =>
        IndexExists("indisunique AND indisvalid AND indpred IS NULL AND indexprs IS NULL", relation, columns);

    /// <summary>Whether columns are the primary key, in whatever order.</summary>
    /// <inheritdoc cref="IsUnique"/>
    internal static string IsPrimary(string relation, string columns) => IndexExists("indisprimary", relation, columns);

    // A snapshot may be older than the end of an index. What its properties are looked up in is not: it has none any more.
    static string IndexExists(string kind, string relation, string columns) =>
        $"""
        EXISTS (
            SELECT FROM pg_index
            WHERE indrelid = {relation}
                AND {kind} AND indnkeyatts = cardinality({columns})
                AND indnkeyatts = (
                    SELECT count(*) FROM pg_attribute
                    WHERE attrelid = indrelid AND attnotnull AND attnum = ANY ((indkey::int2[])[0:indnkeyatts - 1])
                        AND attname = ANY ({columns}))
                AND pg_index_has_property(indexrelid, 'clusterable') IS NOT NULL)
        """;
}
