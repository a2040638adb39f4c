namespace Rx.PgNotify;

/// <summary>Which columns identify a row, in SQL.</summary>
/// <remarks>
/// A snapshot may be older than the disappearance of an index. What its properties are looked up in is not: of one that is
/// gone there are none.
/// </remarks>
static class SqlKey
{
    internal const string Requirement = "neither primary key nor unique and NOT NULL";

    const string IsThere = "pg_index_has_property(indexrelid, 'clusterable') IS NOT NULL";

    /// <summary>Whether columns are a unique key, and not null.</summary>
    /// <param name="relation">An expression of the type regclass.</param>
    /// <param name="columns">An expression of the type text[].</param>
    internal static string IsUnique(string relation, string columns) =>
        $"""
        EXISTS (
            SELECT FROM pg_index
            WHERE indrelid = {relation}
                AND indisunique AND indisvalid AND indpred IS NULL AND indexprs IS NULL AND indnkeyatts = cardinality({columns})
                AND indnkeyatts = (
                    SELECT count(*) FROM pg_attribute
                    WHERE attrelid = indrelid AND attnotnull AND attnum = ANY ((indkey::int2[])[0:indnkeyatts - 1])
                        AND attname = ANY ({columns}))
                AND {IsThere})
        """;

    /// <summary>The columns of the primary key; empty if there is none.</summary>
    /// <param name="relation">An expression of the type regclass.</param>
    internal static string Primary(string relation) =>
        $"""
        ARRAY(
                SELECT attname::text FROM pg_index CROSS JOIN unnest(indkey) WITH ORDINALITY AS k (attnum, position)
                    JOIN pg_attribute AS a ON a.attrelid = indrelid AND a.attnum = k.attnum
                WHERE indrelid = {relation} AND indisprimary AND position <= indnkeyatts
                    AND {IsThere} ORDER BY position)
        """;
}
