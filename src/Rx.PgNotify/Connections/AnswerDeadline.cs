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
    // Counts the notifications that arrive: while they flow, a command whose answer is queued behind them is not overdue.
    // Written by the one thread that reads the socket, read by the loop that awaits the command. A counter and not the time
    // of the latest arrival: reading a clock would cost more than all else that is done for a notification.
    long _received;

    TimeSpan PollInterval => heartbeat / 4;

    /// <summary>Whether a command has missed its deadline. It was left to itself, and may still be running.</summary>
    internal bool IsMissed { get; private set; }

    /// <summary>A notification has arrived.</summary>
    internal void Received() => Volatile.Write(ref _received, _received + 1);

    /// <summary>Awaits a command.</summary>
    /// <param name="command">The command, already sent.</param>
    /// <param name="limit">How long the connection may be silent; two heartbeats if <see langword="null"/>.</param>
    /// <param name="firstPoll">
    /// When the counter is looked at for the first time; after a quarter of a heartbeat if <see langword="null"/>. A timer set
    /// for that time wakes a thread of the pool then, even if the answer has come long before. So a command that is sent once
    /// a heartbeat polls after a heartbeat, when the next one wakes a thread anyway.
    /// </param>
    /// <exception cref="TimeoutException">Neither the answer nor a notification has arrived within <paramref name="limit"/>.</exception>
    internal async Task AnsweredAsync(Task command, TimeSpan? limit = null, TimeSpan? firstPoll = null)
    {
        var most = limit ?? (2 * heartbeat);
        var interval = firstPoll ?? PollInterval;
        var silence = TimeSpan.Zero;
        var received = Volatile.Read(ref _received);
        while (true)
        {
            var remaining = most - silence;
            var wait = remaining < interval ? remaining : interval;
            var start = Stopwatch.GetTimestamp();
            if (await command.EndsWithinAsync(wait).ConfigureAwait(false))
            {
                await command.ConfigureAwait(false);
                return;
            }

            var isLate = Stopwatch.GetElapsedTime(start) > wait + (heartbeat / 64);
            var receivedNow = Volatile.Read(ref _received);
            var hasReceived = receivedNow != received;
            // A poll that comes late, because the thread pool is starved or the machine was suspended, counts as one poll
            // interval however late it is: the answer may have arrived, and its continuation waits for a thread too. After a
            // first interval that is longer, something that has arrived also leaves no more than one poll interval of silence.
            var counted = (hasReceived || isLate) && wait > PollInterval ? PollInterval : wait;
            // When it arrived is not known: right after the previous poll, in the worst case.
            silence = hasReceived ? counted : silence + counted;
            received = receivedNow;
            interval = PollInterval;
            if (hasReceived || silence < most)
                continue;
            IsMissed = true;
            throw new TimeoutException($"The server has not answered, nor sent anything, for {most.TotalSeconds:0.#} s.");
        }
    }
}
