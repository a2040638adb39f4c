using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Tables.Sql;

/// <summary>
/// What a script that takes something away begins with. Several at once would otherwise meet in the catalogs, where they
/// fail with internal errors, or lock the same things in different orders.
/// </summary>
static class SqlLock
{
    /// <param name="table">Qualified and quoted.</param>
    /// <param name="functions">What is taken away, with its arguments; it has to be the current role's.</param>
    /// <param name="tables">The same of tables.</param>
    internal static string IfExists(string table, IReadOnlyList<string> functions, params IReadOnlyList<string> tables)
    {
        var mark = SqlText.Mark("lock", [table, .. functions, .. tables]);
        return $"""
            DO {mark}
            BEGIN
                IF pg_catalog.to_regclass({SqlText.Literal(table)}) IS NOT NULL THEN
                    LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE;
                END IF;
            {SqlOwner.Statement(table, functions, tables)}END {mark};
            """;
    }
}
