namespace Rx.PgNotify;

/// <summary>Columns of a table, as conditions in SQL.</summary>
static class SqlColumns
{
    /// <summary>Of a row of <c>pg_attribute</c>: a column that has a value in a trigger. A virtual one has none.</summary>
    internal const string HasValue = "attnum > 0 AND NOT attisdropped AND attgenerated <> 'v'";

    /// <summary>What follows FROM: the names, as <c>named.name</c>, that no such column has.</summary>
    /// <param name="relation">An expression of the type regclass.</param>
    /// <param name="names">The names.</param>
    internal static string Missing(string relation, IEnumerable<string> names) =>
        $"""
        unnest({SqlText.Array(names)}) AS named (name)
                WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = {relation} AND attname = named.name AND {HasValue})
        """;
}
