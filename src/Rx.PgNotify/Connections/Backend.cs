using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.Connections;

/// <summary>The server's process that serves a connection, as it answers itself: which it is, whether of a primary, and its time limits.</summary>
sealed class Backend(PhysicalConnection connection)
{
    string[] _liftedTimeLimits = [];

    /// <summary>Its process id; behind a pooler another one than <see cref="PhysicalConnection.ProcessId"/>. 0 before it was asked.</summary>
    internal int ProcessId { get; private set; }

    /// <summary>Whether nothing stands in between, so that it serves nobody else.</summary>
    internal bool IsDirect => ProcessId == connection.ProcessId;

    /// <summary>Asks whether it is a standby's, and for its process id.</summary>
    /// <param name="liftTimeLimits">Lifts its time limits in the same round trip, if it is direct.</param>
    internal Task<bool> IsInRecoveryAsync(bool liftTimeLimits = false) => connection.AnsweredAsync(AskAsync(liftTimeLimits));

    /// <summary>
    /// Lifts its time limits. Not before it is known that it serves nobody else: it would stay changed for its next user.
    /// </summary>
    internal async Task LiftTimeLimitsAsync()
    {
        var command = connection.CreateCommand($"SELECT {TimeLimits.Lift}");
        await using (command.ConfigureAwait(false))
        {
            _liftedTimeLimits = (string[])(await connection.AnsweredAsync(command.ExecuteScalarAsync(connection.Aborting))
                .ConfigureAwait(false))!;
        }
    }

    /// <summary>Adds the statements that set the time limits back which were lifted.</summary>
    internal void AddRestoring(NpgsqlBatch batch) => TimeLimits.AddRestoring(batch, _liftedTimeLimits);

    async Task<bool> AskAsync(bool liftTimeLimits)
    {
        var lift = liftTimeLimits
            ? string.Create(
                CultureInfo.InvariantCulture, $", CASE pg_catalog.pg_backend_pid() WHEN {connection.ProcessId} THEN {TimeLimits.Lift} END")
            : "";
        var command = connection.CreateCommand($"SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.pg_backend_pid(){lift}");
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(connection.Aborting).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(connection.Aborting).ConfigureAwait(false);
                if (liftTimeLimits && !await reader.IsDBNullAsync(2, connection.Aborting).ConfigureAwait(false))
                    _liftedTimeLimits = await reader.GetFieldValueAsync<string[]>(2, connection.Aborting).ConfigureAwait(false);
                ProcessId = reader.GetInt32(1);
                return reader.GetBoolean(0);
            }
        }
    }
}
