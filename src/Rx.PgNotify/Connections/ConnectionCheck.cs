using Microsoft.Extensions.Logging;
using Npgsql;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Sql;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Connections;

/// <summary>
/// Makes sure, before anything is promised, that notifications can arrive on a new connection: that the server is no
/// standby, and that no transaction pooler stands in between. Also lifts the time limits of its backend.
/// </summary>
/// <param name="connections">Makes the second connection, over which a notification is sent to oneself.</param>
/// <param name="heartbeat">How long the server may be silent.</param>
/// <param name="logger">Receives an entry when something stands in between.</param>
sealed class ConnectionCheck(ConnectionSource connections, TimeSpan heartbeat, ILogger logger)
{
    static readonly TimeSpan s_longestProbe = TimeSpan.FromSeconds(5);

    // A notification to oneself takes milliseconds; a server that is very busy gets more than that.
    TimeSpan Patience => heartbeat < s_longestProbe ? heartbeat : s_longestProbe;

    /// <summary>Throws what is wrong.</summary>
    /// <param name="connection">Just opened.</param>
    /// <param name="waits">Waits for notifications on it.</param>
    /// <param name="cancellationToken">Cancels the opening of the second connection, and ends the waiting for what it sends.</param>
    internal async Task RunAsync(PhysicalConnection connection, NotificationWait waits, CancellationToken cancellationToken)
    {
        await connection.AnsweredAsync(connection.Backend.IdentifyAndLiftTimeLimitsAsync()).ConfigureAwait(false);
        if (connection.Backend.IsInRecovery)
            throw new PgListenerException(PgListenerError.ServerInRecovery, "The server is a standby in recovery, where LISTEN is not possible.");
        if (connection.Backend.IsDirect)
            return;

        // A pooler stands in between: the process id of the start-up is not the backend's. One in session mode passes
        // notifications on; one that assigns a backend to each transaction accepts LISTEN and never delivers.
        Log.PoolerFound(logger, Patience);
        var probe = new PoolerProbe(connection, waits);
        if (!await probe.ReceivesAsync(channel => SendAsync(channel, cancellationToken), Patience).ConfigureAwait(false))
        {
            throw new PgListenerException(
                PgListenerError.TransactionPooler,
                "A connection pooler in transaction or statement mode stands before the server, and notifications do not pass it. "
                + "Connect to the server itself, or to a pool in session mode.");
        }

        await connection.AnsweredAsync(connection.Backend.LiftTimeLimitsAsync()).ConfigureAwait(false);
    }

    async Task SendAsync(string channel, CancellationToken cancellationToken)
    {
        var abandon = new CancellationTokenSource();
        var opening = connections.OpenAsync(abandon.Token);
        var sending = SendOnceAsync(opening, channel);
        _ = sending.IgnoreOutcomeAsync();
        await sending.WaitAsync(2 * heartbeat, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (sending.IsCompleted)
        {
            await sending.ConfigureAwait(false);
            return;
        }

        _ = abandon.CancelSafelyAsync();
        await opening.EndsSoonAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        throw new TimeoutException(
            "A connection pooler stands before the server, and the second connection that has to find out whether notifications "
            + $"pass it got no place in the pool, or no answer, for {2 * heartbeat.TotalSeconds:0.#} s.");
    }

    // Over a connection of its own, which exists for this moment only. Without a token: to cancel a command that hangs blocks
    // the cancelling thread until the server answers. The command fails by itself, though late, and closes its connection.
    static async Task SendOnceAsync(Task<NpgsqlConnection> opening, string channel)
    {
        var connection = await opening.ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = new NpgsqlCommand(NotifyStatement.Text, connection);
            NotifyStatement.AddParameters(command.Parameters, channel, payload: null);
            await using (command.ConfigureAwait(false))
                await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }
}
