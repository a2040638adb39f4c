using Npgsql;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>The function of one watch, wherever it is: its schema may have another name by now.</summary>
static class WatchFunction
{
    /// <summary>Drops it with its triggers, if it is there.</summary>
    internal static async Task DropAsync(NpgsqlConnection connection, WatchId id, CancellationToken cancellation)
    {
        foreach (var function in await FindAsync(connection, id, cancellation))
        {
            // The server wrote the name, quoted.
            await using var drop = new NpgsqlCommand($"DROP FUNCTION IF EXISTS {function} CASCADE", connection);
            await drop.ExecuteNonQueryAsync(cancellation);
        }
    }

    static async Task<List<string>> FindAsync(NpgsqlConnection connection, WatchId id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT p.oid::pg_catalog.regprocedure::text FROM pg_catalog.pg_proc AS p
            WHERE p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype AND pg_catalog.strpos(p.prosrc, 'pg_notify(''{id.Channel}''') > 0
            """,
            connection);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var found = new List<string>();
        while (await rows.ReadAsync(cancellation))
            found.Add(rows.GetString(0));
        return found;
    }
}
