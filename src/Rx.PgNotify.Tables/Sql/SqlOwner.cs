using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Tables.Sql;

/// <summary>
/// The part of a script that refuses to replace or drop what belongs to others, and says how that is mended.
/// <c>ALTER TABLE … OWNER TO</c> gives away the table alone: what was installed for it stays its former owner's.
/// </summary>
static class SqlOwner
{
    /// <summary>PL/pgSQL. The server would refuse too, but say neither why nor what to do.</summary>
    /// <param name="table">Whose owner all of it should belong to; quoted.</param>
    /// <param name="functions">With their arguments.</param>
    /// <param name="tables">Others that a script makes; quoted.</param>
    internal static string Statement(string table, IReadOnlyList<string> functions, params IReadOnlyList<string> tables)
    {
        var parts = functions.Select(function => Part("FUNCTION", function, "proowner", "pg_proc", "to_regprocedure"))
            .Concat(tables.Select(other => Part("TABLE", other, "relowner", "pg_class", "to_regclass")));
        return $"""
                DECLARE
                    mends  pg_catalog.text;
                    owners pg_catalog.text;
                BEGIN
                    SELECT
                        pg_catalog.string_agg(pg_catalog.format('ALTER %s %s OWNER TO %I', part.kind, part.name, pg_catalog.pg_get_userbyid(coalesce({OwnerOf("relowner", "pg_class", "to_regclass", table)}, part.owner))), '; '),
                        pg_catalog.string_agg(DISTINCT pg_catalog.format('%I', pg_catalog.pg_get_userbyid(part.owner)), ', ')
                    INTO mends, owners
                    FROM (VALUES
                        {string.Join(",\n                ", parts)}) AS part (kind, name, owner)
                    WHERE NOT pg_catalog.pg_has_role(part.owner, 'USAGE');
                    IF mends IS NOT NULL THEN
                        RAISE insufficient_privilege USING MESSAGE = pg_catalog.format(
                            'what was installed for %s belongs to %s, and %I can neither replace nor drop it: have a superuser run %s; or drop it',
                            {SqlText.Literal(table)}, owners, current_user, mends);
                    END IF;
                END;

            """;
    }

    static string Part(string kind, string name, string owner, string catalog, string lookup) =>
        $"('{kind}', {SqlText.Literal(name)}, {OwnerOf(owner, catalog, lookup, name)})";

    static string OwnerOf(string owner, string catalog, string lookup, string name) =>
        $"(SELECT {owner} FROM pg_catalog.{catalog} WHERE oid OPERATOR(pg_catalog.=) pg_catalog.{lookup}({SqlText.Literal(name)}))";
}
