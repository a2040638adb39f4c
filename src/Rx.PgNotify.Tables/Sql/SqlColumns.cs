namespace Rx.PgNotify.Tables.Sql;

/// <summary>Which columns a trigger can report, as a condition in SQL.</summary>
static class SqlColumns
{
    /// <summary>Of a row of <c>pg_attribute</c>: it has a value in a trigger. A virtual generated column has none.</summary>
    internal const string HasValue = "attnum > 0 AND NOT attisdropped AND attgenerated <> 'v'";
}
