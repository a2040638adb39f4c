namespace Rx.PgNotify;

/// <summary>Whether columns identify a row, as a condition in SQL.</summary>
static class SqlKey
{
    internal const string Requirement = "neither primary key nor unique and NOT NULL";

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
                        AND attname = ANY ({columns})))
        """;
}
