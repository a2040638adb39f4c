using System.Data;
using System.Globalization;
using Npgsql;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>
/// Removes what watches left behind that were killed: the triggers, of whatever table and whatever role's, whose lock nobody
/// holds. The server releases a lock with the session that held it, however that ended.
/// </summary>
static class AbandonedTriggers
{
    const string Question = $"""
        SELECT f.name, f.id, coalesce((
            SELECT string_agg(DISTINCT n.nspname || '.' || c.relname, ', ') FROM pg_catalog.pg_trigger AS t
                JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE t.tgfoid = f.oid AND NOT c.relispartition), '')
        FROM {WatchFunction.All} AS f
        ORDER BY f.oid
        """;

    // Taking a trigger away waits for all who use the table, and who comes next waits behind it.
    const string LongestWait = "1s";

    /// <param name="connection">An open connection without a transaction.</param>
    /// <param name="notice">Takes a remark for each one that was removed or could not be.</param>
    /// <param name="cancellation">Ends it.</param>
    internal static async Task RemoveAsync(NpgsqlConnection connection, Action<string> notice, CancellationToken cancellation)
    {
        foreach (var (function, id, tables) in await FindAsync(connection, cancellation))
        {
            var what = tables.Length > 0 ? $"the trigger that an earlier watch left on {PlainText.Escape(tables)}" : "the function that an earlier watch left";
            try
            {
                if (await TryRemoveAsync(connection, function, id, cancellation))
                    notice($"{what} is removed");
            }
            catch (PostgresException e) when (connection.State is ConnectionState.Open)
            {
                notice($"{what} can't be removed now: {PlainText.OneLine(e.MessageText)}");
            }
        }
    }

    static async Task<List<(string Function, WatchId Id, string Tables)>> FindAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Question, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var found = new List<(string, WatchId, string)>();
        while (await rows.ReadAsync(cancellation))
            found.Add((rows.GetString(0), new WatchId(rows.GetString(1)), rows.GetString(2)));
        return found;
    }

    // Behind a pooler a lock of a session may go to whoever comes next: this one ends with the transaction.
    static async Task<bool> TryRemoveAsync(NpgsqlConnection connection, string function, WatchId id, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var lockKey = id.LockKey.ToString(CultureInfo.InvariantCulture);
        await using var claim = new NpgsqlCommand($"SELECT pg_catalog.pg_try_advisory_xact_lock({lockKey})", connection);
        if (await claim.ExecuteScalarAsync(cancellation) is not true)
            return false;
        await using var drop = new NpgsqlCommand($"SET LOCAL lock_timeout = '{LongestWait}'; {WatchFunction.Drop(function)}", connection);
        await drop.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }
}
