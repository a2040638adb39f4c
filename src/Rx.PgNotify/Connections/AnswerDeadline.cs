using System.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Connections;

/// <summary>Limits how long a command may stay unanswered while nothing else arrives on its connection either.</summary>
/// <remarks>
/// Npgsql's own Command Timeout is no such limit: when it expires, Npgsql asks the server over a second connection to cancel
/// the command, and blocks until the server responds. A server that hangs never does.
/// </remarks>
sealed class AnswerDeadline(TimeSpan heartbeat)
{
    // The number of notifications that have arrived: while it grows, a command whose answer is queued behind them is not overdue.
    // Written by the one thread that reads the socket, read by the loop that awaits the command. A counter, and not the time of
    // the latest arrival: to read a clock would cost more than everything else that is done for a notification.
    long _received;

    TimeSpan PollInterval => heartbeat / 4;

    /// <summary>Whether a command has missed its deadline. It was abandoned, and may still be running.</summary>
    internal bool IsMissed { get; private set; }

    /// <summary>A notification has arrived.</summary>
    internal void Received() => Volatile.Write(ref _received, _received + 1);

    /// <summary>Awaits a command.</summary>
    /// <param name="command">The command, already sent.</param>
    /// <param name="limit">How long the connection may be silent; two heartbeats if <see langword="null"/>.</param>
    /// <param name="firstPoll">
    /// When to look for the first time whether a notification has arrived; after a quarter of a heartbeat if <see langword="null"/>.
    /// The timer for it wakes a thread of the pool even if the answer came long before. So the command that is sent once a
    /// heartbeat gives a whole heartbeat here: a thread is woken at that time anyway, for the next such command.
    /// </param>
    /// <param name="inAll">
    /// How long the answer may take although notifications arrive; as long as they do if <see langword="null"/>.
    /// </param>
    /// <exception cref="TimeoutException">
    /// Neither the answer nor a notification has arrived within <paramref name="limit"/>, or no answer within <paramref name="inAll"/>.
    /// </exception>
    internal async Task AnsweredAsync(Task command, TimeSpan? limit = null, TimeSpan? firstPoll = null, TimeSpan? inAll = null)
    {
        var begin = Stopwatch.GetTimestamp();
        var most = limit ?? (2 * heartbeat);
        var interval = firstPoll ?? PollInterval;
        var silence = TimeSpan.Zero;
        var received = Volatile.Read(ref _received);
        while (true)
        {
            var remaining = most - silence;
            var wait = remaining < interval ? remaining : interval;
            if (inAll - Stopwatch.GetElapsedTime(begin) is { } left && left < wait)
                wait = left > TimeSpan.Zero ? left : TimeSpan.Zero;
            var start = Stopwatch.GetTimestamp();
            if (await command.CompletesWithinAsync(wait).ConfigureAwait(false))
            {
                await command.ConfigureAwait(false);
                return;
            }

            if (Stopwatch.GetElapsedTime(begin) is var elapsed && elapsed >= inAll)
                throw Missed($"The server has not answered for {elapsed.TotalSeconds:0.#} s, whatever else it has sent, and is too late.");

            // A poll adds the time that was to be waited to the silence, and not the time that has really passed. If that is
            // longer, the thread pool is starved or the machine was suspended: then the answer may have arrived as well, and its
            // continuation be waiting for a thread.
            var isLate = Stopwatch.GetElapsedTime(start) > wait + (heartbeat / 64);
            var receivedNow = Volatile.Read(ref _received);
            var hasReceived = receivedNow != received;
            // A first interval may be longer than a poll interval. It is added as a whole only if it was waited for exactly and
            // in silence; otherwise there have to be more polls before the command is given up.
            var added = (hasReceived || isLate) && wait > PollInterval ? PollInterval : wait;
            // A notification that has arrived since the previous poll may have done so right after it, so the silence since then
            // can be as long as the interval.
            silence = hasReceived ? added : silence + added;
            received = receivedNow;
            interval = PollInterval;
            if (hasReceived || silence < most)
                continue;
            throw Missed($"The server has not answered, nor sent anything, for {most.TotalSeconds:0.#} s.");
        }
    }

    TimeoutException Missed(string message)
    {
        IsMissed = true;
        return new TimeoutException(message);
    }
}
