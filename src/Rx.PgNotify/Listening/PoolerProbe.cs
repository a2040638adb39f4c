using System.Diagnostics;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// Finds out whether a notification that is sent elsewhere, while a connection is idle, arrives on it. A pooler in
/// transaction mode accepts LISTEN, and then gives the backend that listens to somebody else.
/// </summary>
sealed class PoolerProbe(NpgsqlConnection connection, NotificationWait waits, AnswerDeadline answers, CancellationToken abort)
{
    // Such a pooler hands out the backend that was used last, so that the first look finds ours, unless it is in use.
    const int MostLooks = 8;

    readonly string _channel = $"rx_pgnotify_{Guid.NewGuid():N}";

    /// <summary>If not, the connection is of no further use.</summary>
    /// <param name="sendFromElsewhere">Sends a notification on the given channel over a connection of its own.</param>
    /// <param name="patience">How long that notification may take.</param>
    internal async Task<bool> HearsAsync(Func<string, Task> sendFromElsewhere, TimeSpan patience)
    {
        await RunAsync($"LISTEN {SqlName.Quote(_channel)}").ConfigureAwait(false);
        var isHeard = false;
        connection.Notification += Hear;
        try
        {
            await sendFromElsewhere(_channel).ConfigureAwait(false);
            var since = Stopwatch.GetTimestamp();
            while (!isHeard && await WaitAsync(patience - Stopwatch.GetElapsedTime(since)).ConfigureAwait(false))
            {
            }
        }
        finally
        {
            connection.Notification -= Hear;
        }

        // The backend that listens may be shared, and is to be left as it was found. And silence proves something about
        // a pooler only if the line still lives: an answer is waited for.
        await UnlistenAsync().ConfigureAwait(false);
        return isHeard;

        void Hear(object sender, NpgsqlNotificationEventArgs e) =>
            isHeard |= string.Equals(e.Channel, _channel, StringComparison.Ordinal);
    }

    // Not Npgsql's own wait with a timeout: where that meets the keepalive, it may last for ever.
    async Task<bool> WaitAsync(TimeSpan remaining)
    {
        var wait = waits.Start();
        var finished = waits.FinishAsync(wait).AsTask();
        using var leaving = abort.UnsafeRegister(static waits => ((NotificationWait)waits!).Cancel(), waits);
        if (!await finished.EndsWithinAsync(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero).ConfigureAwait(false))
            waits.Cancel();
        var hasMessage = await answers.AnsweredAsync(finished).ConfigureAwait(false);
        abort.ThrowIfCancellationRequested(); // not before: nothing may be left that waits
        return hasMessage;
    }

    async Task UnlistenAsync()
    {
        for (var look = 0; look < MostLooks; look++)
        {
            var found = await RunAsync(
                $"SELECT true FROM pg_catalog.pg_listening_channels() AS channel WHERE channel = '{_channel}'",
                $"UNLISTEN {SqlName.Quote(_channel)}").ConfigureAwait(false);
            if (found is true)
                return;
        }
    }

    /// <summary>In one round trip, which a pooler does not spread over several backends.</summary>
    /// <returns>The first value, if there is one.</returns>
    async Task<object?> RunAsync(params string[] statements)
    {
        var batch = new NpgsqlBatch(connection);
        await using (batch.ConfigureAwait(false))
        {
            foreach (var statement in statements)
                batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
            return await answers.AnsweredAsync(batch.ExecuteScalarAsync(abort)).ConfigureAwait(false);
        }
    }
}
