using System.Data;
using System.Diagnostics;
using System.Text;
using Npgsql;
using Rx.PgNotify.Tool.Connections;

namespace Rx.PgNotify.Tool.Top;

/// <summary>Asks the server, each time in a transaction that can't write anything.</summary>
sealed class SnapshotReader(NpgsqlDataSource database) : IAsyncDisposable
{
    // Version 17 made the queue's size a setting; before it was a constant.
    const string OfServer = """
        SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.pg_notification_queue_usage(),
            coalesce(pg_catalog.current_setting('max_notify_queue_pages', true)::bigint, 1048576),
            pg_catalog.current_setting('block_size')::bigint,
            (SELECT blks_zeroed FROM pg_catalog.pg_stat_slru WHERE pg_catalog.lower(name) = 'notify')
        """;

    // A transaction that notifies takes a lock of all databases, "database 0", before it commits.
    const string OfSessions = """
        SELECT a.pid, a.datname, a.usename, coalesce(a.application_name, ''), pg_catalog.host(a.client_addr), a.state,
            CASE WHEN a.wait_event_type IS NOT NULL AND a.wait_event <> 'ClientRead' THEN a.wait_event END,
            coalesce(a.query, ''),
            extract(epoch FROM pg_catalog.clock_timestamp() - a.state_change)::float8,
            extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::float8,
            l.granted,
            extract(epoch FROM a.backend_start)::float8
        FROM pg_catalog.pg_stat_activity AS a
        LEFT JOIN (
            SELECT pid, bool_or(granted) AS granted FROM pg_catalog.pg_locks
            WHERE locktype = 'object' AND database = 0 AND classid = 'pg_catalog.pg_database'::pg_catalog.regclass AND objid = 0
                AND mode = 'AccessExclusiveLock'
            GROUP BY pid) AS l ON l.pid = a.pid
        WHERE a.pid <> pg_catalog.pg_backend_pid() AND a.usesysid IS NOT NULL AND a.datid IS NOT NULL
            AND coalesce(a.backend_type, 'client backend') = 'client backend'
        ORDER BY a.pid
        """;

    readonly long _start = Stopwatch.GetTimestamp();
    readonly KnownListeners _listeners = new();
    NpgsqlConnection? _connection;

    /// <summary>Connects if need be, and reads.</summary>
    /// <exception cref="NpgsqlException">The server can't be reached, or refuses. The next call connects anew.</exception>
    internal async Task<Snapshot> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            // Npgsql's keepalive closes one in a pause, without an error.
            if (_connection is not { State: ConnectionState.Open })
                await DisposeAsync();
            _connection ??= await database.OpenAsync(cancellation);
            return await ReadAsync(_connection, cancellation);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        _connection = null;
    }

    async Task<Snapshot> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new NpgsqlBatchCommand("SET TRANSACTION READ ONLY"), new NpgsqlBatchCommand(OfServer), new NpgsqlBatchCommand(OfSessions) },
        };
        Snapshot snapshot;
        await using (var rows = await batch.ExecuteReaderAsync(cancellation))
        {
            await rows.ReadAsync(cancellation);
            var server = new ServerState(
                connection.PostgresParameters["server_version"], rows.GetBoolean(0), rows.GetDouble(1), rows.GetInt64(2) * rows.GetInt64(3), rows.GetInt64(3),
                Value<long>(rows, 4));
            await rows.NextResultAsync(cancellation);
            var sessions = new List<Session>();
            while (await rows.ReadAsync(cancellation))
                sessions.Add(ReadSession(rows));
            snapshot = new Snapshot(Stopwatch.GetElapsedTime(_start), server, _listeners.Mark(sessions));
        }

        await transaction.CommitAsync(cancellation);
        return snapshot;
    }

    static Session ReadSession(NpgsqlDataReader row) => new(
        row.GetInt32(0), Value<double>(row, 11), Text(row, 1), Text(row, 2), Text(row, 3)!, Text(row, 4), Text(row, 5), Text(row, 6), Text(row, 7)!,
        Age(row, 8), Age(row, 9), Value<bool>(row, 10));

    // The server passes on texts of other databases in whatever encoding those have, which a string can't be read from.
    static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(column));

    static T? Value<T>(NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    // The server's clock may have been set back.
    static TimeSpan? Age(NpgsqlDataReader row, int column) =>
        Value<double>(row, column) is { } seconds ? TimeSpan.FromSeconds(Math.Max(seconds, 0)) : null;
}
