using Npgsql;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>Finds the table, or says why it can't be watched.</summary>
static class TableLookup
{
    const string Question = """
        SELECT c.relkind::text, c.relpersistence::text,
            (SELECT pn.nspname || '.' || p.relname FROM pg_catalog.pg_class AS p JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
                WHERE c.relispartition AND p.oid = pg_catalog.pg_partition_root(c.oid)),
            ARRAY(SELECT a.attname::text FROM pg_catalog.pg_index AS i
                CROSS JOIN pg_catalog.unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
                JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                WHERE i.indrelid = c.oid AND i.indisprimary AND k.place <= i.indnkeyatts ORDER BY k.place)
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = $2
        """;

    // Those that may have been meant, the nearest first.
    const string Alternatives = """
        SELECT n.nspname || '.' || c.relname, c.relpersistence = 't'
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE pg_catalog.lower(c.relname) = pg_catalog.lower($2) AND c.relkind IN ('r', 'p')
            AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        ORDER BY n.nspname = $1 DESC, c.relname = $2 DESC, 1 LIMIT 3
        """;

    /// <param name="connection">Where the table is.</param>
    /// <param name="schema">The schema, unquoted.</param>
    /// <param name="name">The table, unquoted.</param>
    /// <param name="key">What identifies a row, if it was given; else the primary key does.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="WatchException">There is no such table, or it can't be watched.</exception>
    internal static async Task<WatchedTable> FindAsync(
        NpgsqlConnection connection, string schema, string name, IReadOnlyList<string> key, CancellationToken cancellation)
    {
        await using (var recovery = new NpgsqlCommand("SELECT pg_catalog.pg_is_in_recovery()", connection))
        {
            if (await recovery.ExecuteScalarAsync(cancellation) is true)
                throw new WatchException("the server is a standby in recovery: a table is watched on the primary.");
        }

        await using var command = new NpgsqlCommand(Question, connection);
        AddNames(command, schema, name);
        var table = new WatchedTable(schema, name, key);
        await using (var row = await command.ExecuteReaderAsync(cancellation))
        {
            if (await row.ReadAsync(cancellation))
            {
                var root = await row.IsDBNullAsync(2, cancellation) ? null : row.GetString(2);
                return Refusal(table, row.GetString(0), row.GetString(1), root) is { } refusal
                    ? throw new WatchException(refusal)
                    : table with { Key = key.Count > 0 ? key : await row.GetFieldValueAsync<string[]>(3, cancellation) };
            }
        }

        throw new WatchException(await MissingAsync(connection, table, cancellation));
    }

    static string? Refusal(WatchedTable table, string kind, string persistence, string? root) => (kind, persistence) switch
    {
        (_, "t") => $"{table} is a temporary table: no session but its own can see its changes.",
        _ when root is not null => $"{table} is a partition: watch {PlainText.Escape(root)}, the partitioned table.",
        ("r" or "p", _) => null,
        ("v", _) => $"{table} is a view, which has no rows of its own: watch the tables that it reads.",
        ("m", _) => $"{table} is a materialized view, which no trigger can watch: watch the tables that it reads.",
        ("f", _) => $"{table} is a foreign table: watch it on the server where it is.",
        _ => $"{table} is not a table.",
    };

    static async Task<string> MissingAsync(NpgsqlConnection connection, WatchedTable table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Alternatives, connection);
        AddNames(command, table.Schema, table.Name);
        var (names, isTemporary) = (new List<string>(), false);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            if (rows.GetBoolean(1))
                isTemporary = true;
            else
                names.Add(PlainText.Escape(rows.GetString(0)));
        }

        var missing = $"there is no table {table} in the database {PlainText.Escape(connection.Database)}";
        return (names, isTemporary) switch
        {
            ([_, ..], _) => $"{missing}; did you mean {string.Join(" or ", names)}?",
            (_, true) => $"{missing}, only a temporary one, whose changes no session but its own can see.",
            _ => $"{missing}.",
        };
    }

    static void AddNames(NpgsqlCommand command, string schema, string name)
    {
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = schema });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
    }
}
