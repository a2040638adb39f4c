using System.Diagnostics;
using Npgsql;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Connections;

/// <summary>
/// Finds out whether a notification that is sent over another connection arrives on this one. A pooler in transaction mode accepts
/// LISTEN, and then assigns the backend that listens to another client.
/// </summary>
sealed class PoolerProbe(PhysicalConnection connection, NotificationWait waits)
{
    // Such a pooler hands out the backend that was used last, so the first attempt reaches ours, unless somebody else uses it.
    const int MostAttempts = 8;

    // Nothing in it needs to be escaped.
    readonly string _channel = $"rx_pgnotify_{Guid.NewGuid():N}";

    /// <summary>Whether the notification arrives. If not, the connection is of no further use.</summary>
    /// <param name="sendFromElsewhere">Sends a notification on the given channel over a connection of its own.</param>
    /// <param name="patience">How long that notification may take.</param>
    internal async Task<bool> ReceivesAsync(Func<string, Task> sendFromElsewhere, TimeSpan patience)
    {
        await RunAsync($"LISTEN \"{_channel}\"").ConfigureAwait(false);
        var hasReceived = false;
        connection.Inner.Notification += Receive;
        try
        {
            await sendFromElsewhere(_channel).ConfigureAwait(false);
            var start = Stopwatch.GetTimestamp();
            while (!hasReceived && await WaitAsync(patience - Stopwatch.GetElapsedTime(start)).ConfigureAwait(false))
            {
            }
        }
        finally
        {
            connection.Inner.Notification -= Receive;
        }

        // The backend that listens may be shared, and is to be left as it was found. And to have received nothing proves
        // something about the pooler only if the connection still works, which the answer to this command shows.
        await UnlistenAsync().ConfigureAwait(false);
        return hasReceived;

        void Receive(object sender, NpgsqlNotificationEventArgs e) =>
            hasReceived |= string.Equals(e.Channel, _channel, StringComparison.Ordinal);
    }

    // Not Npgsql's own wait with a timeout: where that meets the keepalive, it may last for ever.
    async Task<bool> WaitAsync(TimeSpan remaining)
    {
        var wait = waits.Start();
        var finished = waits.FinishAsync(wait).AsTask();
        using var leaving = connection.Aborting.UnsafeRegister(static waits => ((NotificationWait)waits!).Cancel(), waits);
        if (!await finished.CompletesWithinAsync(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero).ConfigureAwait(false))
            waits.Cancel();
        var hasMessage = await connection.AnsweredAsync(finished).ConfigureAwait(false);
        connection.Aborting.ThrowIfCancellationRequested(); // only now, when no wait is left on the connection
        return hasMessage;
    }

    async Task UnlistenAsync()
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var found = await RunAsync(
                $"SELECT true FROM pg_catalog.pg_listening_channels() AS channel WHERE channel = '{_channel}'",
                $"UNLISTEN \"{_channel}\"").ConfigureAwait(false);
            if (found is true)
                return;
        }
    }

    /// <summary>In one round trip, which a pooler does not spread over several backends.</summary>
    /// <returns>The first value, if there is one.</returns>
    async Task<object?> RunAsync(params string[] statements)
    {
        var batch = connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            foreach (var statement in statements)
                batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
            return await connection.AnsweredAsync(batch.ExecuteScalarAsync(connection.Aborting)).ConfigureAwait(false);
        }
    }
}
