using System.Diagnostics;

namespace Rx.PgNotify.Listening;

/// <summary>Gives a session up when a command is not answered, and nothing else arrives either, for too long.</summary>
/// <remarks>
/// Npgsql notices by itself when a command is not answered within its timeout, but then asks the server, over a second
/// connection and blocking, to cancel it: with a server that hangs this never ends.
/// </remarks>
sealed class AnswerDeadline(TimeSpan heartbeat)
{
    // Counts what arrives: while notifications flow, a command whose answer stands behind them is not overdue. Written
    // by the one thread that reads the socket, read by the pump. A count and no time: that would cost more than all else
    // that is done for a notification.
    long _heard;

    /// <summary>What was left to itself. The connection can't be closed before it has ended.</summary>
    internal Task? Abandoned { get; private set; }

    internal void Heard() => Volatile.Write(ref _heard, _heard + 1);

    /// <summary>Awaits <paramref name="command"/>; throws <see cref="TimeoutException"/> after two heartbeats of silence.</summary>
    internal Task<T> AnsweredAsync<T>(Task<T> command) => AnsweredAsync(command, 2 * heartbeat);

    internal async Task<T> AnsweredAsync<T>(Task<T> command, TimeSpan patience)
    {
        // Looks now and then what was heard, and counts the silence from the look before: so it is never underrated.
        var slice = heartbeat / 4;
        var heard = Volatile.Read(ref _heard);
        var silentSince = Stopwatch.GetTimestamp();
        while (true)
        {
            var lookedAt = Stopwatch.GetTimestamp();
            var remaining = patience - Stopwatch.GetElapsedTime(silentSince, lookedAt);
            var wait = TimeSpan.FromTicks(Math.Clamp(remaining.Ticks, 0, slice.Ticks)); // a timer that was late leaves less than nothing
            try
            {
                return await command.WaitAsync(wait, CancellationToken.None).ConfigureAwait(false);
            }
            catch (TimeoutException e) when (!command.IsCompleted)
            {
                var heardNow = Volatile.Read(ref _heard);
                if (heardNow != heard)
                    silentSince = lookedAt;
                else if (remaining <= slice)
                {
                    Abandoned = command;
                    throw new TimeoutException($"The server has not answered, nor sent anything, for {patience.TotalSeconds:0.#} s.", e);
                }

                heard = heardNow;
            }
        }
    }
}
