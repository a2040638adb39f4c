using Rx.PgNotify.Tables.CatchUp;

namespace Rx.PgNotify.Tables.Triggers;

/// <summary>
/// The part of a trigger function that leaves the column of <see cref="CatchUpTable"/> out of whole rows. It is no column of the
/// table's own, every update changes it, and it may come and go after the function was written.
/// </summary>
static class CatchUpStamp
{
    /// <summary>Of a row of <c>pg_attribute</c>: it belongs to what is reported as a whole row.</summary>
    internal const string IsOther = $"attname <> '{CatchUpNames.Stamp}'";

    /// <summary>Statements that take it out of a variable, which has a row as JSON text, or null.</summary>
    /// <remarks>A row is taken apart only if the column may be there: that takes longer than making it.</remarks>
    internal static string RemoveFrom(string variable, int indent)
    {
        string[] lines = [$"IF {MayBeIn(variable)} THEN", $"    {variable} := {Without(variable)};", "END IF;"];
        return string.Concat(lines.Select(line => $"{new string(' ', indent)}{line}\n"));
    }

    /// <summary>The same as an expression, of a column's name.</summary>
    internal static string RemovedFrom(string column) => $"CASE WHEN {MayBeIn(column)} THEN {Without(column)} ELSE {column} END";

    static string MayBeIn(string json) => $"strpos({json}, '\"{CatchUpNames.Stamp}\":') > 0";

    // The other values stay as they were written.
    static string Without(string json) =>
        "(SELECT '{' || coalesce(string_agg(to_json(e.name)::text || ':' || e.value::text, ',' ORDER BY e.place), '') || '}'"
        + $" FROM json_each({json}::json) WITH ORDINALITY AS e (name, value, place) WHERE e.name <> '{CatchUpNames.Stamp}')";
}
