using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Tables.Sql;

/// <summary>
/// What a script leaves in the comment of its first function: a hash of itself and of all that it looked at and made. While that
/// is right, running the script again would change nothing, and a look at the catalogs, without any lock on the table, says so.
/// </summary>
/// <remarks>
/// The hash is of what the catalogs say and not of a version alone: a function that was replaced by hand keeps its comment, and
/// a trigger that was disabled or dropped, a partition, a column, a key or an owner that is another one, changes no function.
/// </remarks>
/// <param name="Script">The script without the mark.</param>
/// <param name="Tables">What it was written for, and the tables that it makes, quoted. The first one's owner is trusted.</param>
/// <param name="Functions">The functions that it makes, with their arguments.</param>
/// <param name="ReadsTables">Whether whoever looks at the mark reads the tables next; not right for a role that may not.</param>
sealed record InstallationMark(string Script, IReadOnlyList<string> Tables, IReadOnlyList<string> Functions, bool ReadsTables = false)
{
    const string Beginning = "Rx.PgNotify:";

    string Version => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Script)).AsSpan(0, 16));

    /// <summary>PL/pgSQL that writes it, for the end of the script.</summary>
    internal string Statement =>
        $"""
            -- what an installation compares first, to leave all of this undone if nothing has changed
            EXECUTE {SqlText.Literal($"COMMENT ON FUNCTION {Functions[0]} IS ")} || pg_catalog.quote_literal('{Beginning}' || (
                {Hash("        ", SqlText.Literal(Version), [.. Tables.Select(SqlText.Literal)], [.. Functions.Select(SqlText.Literal)])}));

        """;

    /// <summary>Whether it is there and right: one round trip, one line in a log.</summary>
    /// <remarks>
    /// Whoever owns the function could have written its comment too, so that has to be somebody whom the script trusts. A
    /// standby has no installation of its own: what is refused there stays refused. Where the role may not look, since a script that takes
    /// the owner's role gives it its rights, the answer is no: a name in a schema that it may not use would be an error.
    /// </remarks>
    internal async Task<bool> IsRightAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var tables = Parameters(2, Tables.Count);
        var functions = Parameters(2 + Tables.Count, Functions.Count);
        var command = new NpgsqlCommand(OnOneLine($"""
            SELECT CASE WHEN pg_catalog.pg_is_in_recovery() OR NOT ({string.Join(" AND ", tables.Select(MayUseSchemaOf))}) THEN false ELSE EXISTS (
                SELECT FROM pg_catalog.pg_class AS t, pg_catalog.pg_proc AS p JOIN pg_catalog.pg_roles AS o ON o.oid OPERATOR(pg_catalog.=) p.proowner
                WHERE t.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass({tables[0]}) AND p.oid OPERATOR(pg_catalog.=) pg_catalog.to_regprocedure({functions[0]})
                    AND (o.oid OPERATOR(pg_catalog.=) t.relowner OR o.rolname OPERATOR(pg_catalog.=) current_user OR o.rolsuper)
                    AND pg_catalog.obj_description(p.oid, 'pg_proc') OPERATOR(pg_catalog.=) pg_catalog.concat('{Beginning}', ({Hash("", "$1", tables, functions)}))
                    {(ReadsTables ? string.Join(' ', tables.Select(table => $"AND pg_catalog.has_table_privilege(pg_catalog.to_regclass({table}), 'SELECT')")) : "")}) END
            """), connection);
        await using (command.ConfigureAwait(false))
        {
            foreach (var text in (IEnumerable<string>)[Version, .. Tables, .. Functions])
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
            return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }

    // No lock but those on catalogs, whoever holds the table. What is qualified is found whatever the search path, operators too.
    // Nothing here reads otherwise in a session with other settings.
    const string HashFormat =
        """
        WITH RECURSIVE named (oid) AS (VALUES {1}), made (oid) AS (VALUES {2}),
            tree (oid) AS (
                SELECT t.oid FROM named AS t
                UNION SELECT i.inhrelid FROM tree AS t JOIN pg_catalog.pg_inherits AS i ON i.inhparent OPERATOR(pg_catalog.=) t.oid),
            facts (fact) AS (
                SELECT {0}::pg_catalog.text
                UNION ALL SELECT ROW('r', c.oid, c.relkind, c.relispartition, c.relowner, c.relreplident)::pg_catalog.text
                    FROM tree AS t JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.oid
                UNION ALL SELECT ROW('a', a.attrelid, a.attnum, a.attname, a.atttypid, a.attnotnull, a.attgenerated, a.attisdropped)::pg_catalog.text
                    FROM named AS t JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) t.oid
                UNION ALL SELECT ROW('d', d.adrelid, d.adnum, d.adbin)::pg_catalog.text
                    FROM named AS t JOIN pg_catalog.pg_attrdef AS d ON d.adrelid OPERATOR(pg_catalog.=) t.oid
                UNION ALL SELECT ROW('i', i.indrelid, i.indkey, i.indnkeyatts, i.indisunique, i.indisprimary, i.indisvalid, i.indpred, i.indexprs)::pg_catalog.text
                    FROM named AS t JOIN pg_catalog.pg_index AS i ON i.indrelid OPERATOR(pg_catalog.=) t.oid
                UNION ALL SELECT ROW('f', p.oid, p.proowner, p.proacl, p.prolang, p.prosecdef, p.proconfig, p.prosrc,
                        p.provolatile, p.proisstrict, p.proleakproof, p.proparallel)::pg_catalog.text
                    FROM made AS m JOIN pg_catalog.pg_proc AS p ON p.oid OPERATOR(pg_catalog.=) m.oid
                UNION ALL SELECT ROW('t', g.tgrelid, g.tgname, g.tgfoid, g.tgtype, g.tgenabled, g.tgattr, g.tgqual, g.tgoldtable, g.tgnewtable)::pg_catalog.text
                    FROM made AS m JOIN pg_catalog.pg_trigger AS g ON g.tgfoid OPERATOR(pg_catalog.=) m.oid)
        SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
            pg_catalog.string_agg(f.fact, ' ' ORDER BY f.fact COLLATE pg_catalog."C"), pg_catalog.getdatabaseencoding())), 'hex') FROM facts AS f
        """;

    // Indented before the names are in it: they may have line breaks of their own.
    static string Hash(string indentation, string version, IReadOnlyList<string> tables, IReadOnlyList<string> functions) => string.Format(
        CultureInfo.InvariantCulture,
        HashFormat.ReplaceLineEndings($"\n{indentation}"),
        version,
        Rows("pg_catalog.to_regclass", tables),
        Rows("pg_catalog.to_regprocedure", functions));

    static string Rows(string function, IEnumerable<string> names) =>
        string.Join(", ", names.Select(name => $"({function}({name})::pg_catalog.oid)"));

    static string MayUseSchemaOf(string table) =>
        $"EXISTS (SELECT FROM pg_catalog.pg_namespace AS n WHERE n.nspname OPERATOR(pg_catalog.=) (pg_catalog.parse_ident({table}))[1] "
        + "AND pg_catalog.has_schema_privilege(n.oid, 'USAGE'))";

    static string[] Parameters(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"${number}"))];

    // Of text that has no names in it.
    static string OnOneLine(string sql) =>
        string.Join(' ', sql.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
