using Npgsql;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>The function that the triggers of a watch call: known by what it sends on, as nobody else does.</summary>
static class WatchFunction
{
    /// <summary>All that are there: <c>oid</c>, <c>name</c>, which the server has quoted, and the watch's <c>id</c>.</summary>
    internal const string All = $"""
        (SELECT * FROM (
            SELECT p.oid, p.oid::pg_catalog.regprocedure::text AS name,
                substring(p.prosrc FROM 'pg_notify[(]''{WatchId.ChannelPrefix}([0-9a-f]+)''') AS id
            FROM pg_catalog.pg_proc AS p WHERE p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype) AS named
        WHERE length(id) = 16)
        """;

    /// <summary>SQL that drops one with its triggers.</summary>
    internal static string Drop(string name) => $"DROP FUNCTION IF EXISTS {name} CASCADE";

    /// <summary>Drops that of one watch, if it is there, wherever it is: its schema may have another name by now.</summary>
    internal static async Task DropAsync(NpgsqlConnection connection, WatchId id, CancellationToken cancellation)
    {
        foreach (var name in await FindAsync(connection, id, cancellation))
        {
            await using var drop = new NpgsqlCommand(Drop(name), connection);
            await drop.ExecuteNonQueryAsync(cancellation);
        }
    }

    static async Task<List<string>> FindAsync(NpgsqlConnection connection, WatchId id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT f.name FROM {All} AS f WHERE f.id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id.Hex });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var found = new List<string>();
        while (await rows.ReadAsync(cancellation))
            found.Add(rows.GetString(0));
        return found;
    }
}
