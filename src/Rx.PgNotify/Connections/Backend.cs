using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.Connections;

/// <summary>The server process that serves a connection, as it describes itself: its id, whether it is a standby's, and its time limits.</summary>
/// <remarks>What is awaited here has no limit of its own: callers pass it to <see cref="PhysicalConnection.AnsweredAsync(Task, TimeSpan?, TimeSpan?, TimeSpan?)"/>.</remarks>
sealed class Backend(PhysicalConnection connection)
{
    string[] _liftedTimeLimits = [];

    /// <summary>Its process id; behind a pooler another one than <see cref="PhysicalConnection.ProcessId"/>. 0 before it is identified.</summary>
    internal int ProcessId { get; private set; }

    /// <summary>Whether the server is a standby in recovery; <see langword="false"/> before it is identified.</summary>
    internal bool IsInRecovery { get; private set; }

    /// <summary>Whether no pooler stands in between, so that it serves nobody else.</summary>
    internal bool IsDirect => ProcessId == connection.ProcessId;

    /// <summary>Reads <see cref="ProcessId"/> and <see cref="IsInRecovery"/>.</summary>
    internal Task IdentifyAsync() => IdentifyAsync(andLift: "");

    /// <summary>The same, and in the same round trip <see cref="LiftTimeLimitsAsync"/> if the backend is direct.</summary>
    internal Task IdentifyAndLiftTimeLimitsAsync() => IdentifyAsync(andLift: string.Create(
        CultureInfo.InvariantCulture, $", CASE pg_catalog.pg_backend_pid() WHEN {connection.ProcessId} THEN {TimeLimits.Lift} END"));

    /// <summary>
    /// Lifts its time limits. Not before it is known that it serves nobody else: it would stay changed for its next user.
    /// </summary>
    internal async Task LiftTimeLimitsAsync()
    {
        var command = connection.CreateCommand($"SELECT {TimeLimits.Lift}");
        await using (command.ConfigureAwait(false))
            _liftedTimeLimits = (string[])(await command.ExecuteScalarAsync(connection.Aborting).ConfigureAwait(false))!;
    }

    /// <summary>Adds the statements that set the time limits back which were lifted.</summary>
    internal void AddRestoring(NpgsqlBatch batch) => TimeLimits.AddRestoring(batch, _liftedTimeLimits);

    async Task IdentifyAsync(string andLift)
    {
        var command = connection.CreateCommand($"SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.pg_backend_pid(){andLift}");
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(connection.Aborting).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(connection.Aborting).ConfigureAwait(false);
                if (reader.FieldCount > 2 && !await reader.IsDBNullAsync(2, connection.Aborting).ConfigureAwait(false))
                    _liftedTimeLimits = await reader.GetFieldValueAsync<string[]>(2, connection.Aborting).ConfigureAwait(false);
                ProcessId = reader.GetInt32(1);
                IsInRecovery = reader.GetBoolean(0);
            }
        }
    }
}
