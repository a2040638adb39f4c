using Npgsql;

namespace Rx.PgNotify.Tool.Doctor;

/// <summary>What the server says of itself and of the connection.</summary>
/// <param name="IsInRecovery">Whether it is a standby.</param>
/// <param name="BackendId">The process that serves the connection.</param>
/// <param name="Encryption">What encrypts the connection between the server and its client, if anything does.</param>
/// <param name="QueueUsage">How full the notification queue is, from 0 to 1.</param>
sealed record ServerFacts(bool IsInRecovery, int BackendId, string? Encryption, double QueueUsage)
{
    const string Question = """
        SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.pg_backend_pid(), coalesce(
            (SELECT version FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid() AND ssl),
            (SELECT 'GSSAPI' FROM pg_catalog.pg_stat_gssapi WHERE pid = pg_catalog.pg_backend_pid() AND encrypted)),
            pg_catalog.pg_notification_queue_usage()
        """;

    internal static async Task<ServerFacts> AskAsync(NpgsqlConnection connection, CancellationToken limit)
    {
        await using var command = new NpgsqlCommand(Question, connection);
        await using var row = await command.ExecuteReaderAsync(limit);
        await row.ReadAsync(limit);
        return new ServerFacts(
            row.GetBoolean(0), row.GetInt32(1), await row.IsDBNullAsync(2, limit) ? null : row.GetString(2), row.GetDouble(3));
    }
}
