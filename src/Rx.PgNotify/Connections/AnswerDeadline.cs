using System.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Connections;

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

    TimeSpan Slice => heartbeat / 4;

    /// <summary>What was left to itself. The connection can't be closed before it has ended.</summary>
    internal Task? Abandoned { get; private set; }

    internal void Heard() => Volatile.Write(ref _heard, _heard + 1);

    /// <summary>Awaits <paramref name="command"/>; throws <see cref="TimeoutException"/> after two heartbeats of silence.</summary>
    internal Task AnsweredAsync(Task command) => AnsweredAsync(command, 2 * heartbeat);

    /// <inheritdoc cref="AnsweredAsync(Task)"/>
    internal async Task<T> AnsweredAsync<T>(Task<T> command)
    {
        await AnsweredAsync((Task)command).ConfigureAwait(false);
        return await command.ConfigureAwait(false);
    }

    /// <summary>Awaits <paramref name="command"/>; throws <see cref="TimeoutException"/> after so long a silence.</summary>
    /// <param name="command">What is to be answered.</param>
    /// <param name="patience">How long a silence.</param>
    /// <param name="firstLook">
    /// When to look for the first time what was heard; a quarter of a heartbeat if null. What is answered sooner leaves a
    /// timer behind that wakes a thread of the pool for nothing: what is asked every heartbeat looks when the next is due.
    /// </param>
    internal async Task AnsweredAsync(Task command, TimeSpan patience, TimeSpan? firstLook = null)
    {
        // Looks now and then what was heard. A look that comes late, because the thread pool is starved or the machine
        // was suspended, counts as one slice all the same, however long it was to be: the answer may be there and wait for
        // a thread as we did.
        var slice = firstLook ?? Slice;
        var silence = TimeSpan.Zero;
        var heard = Volatile.Read(ref _heard);
        while (true)
        {
            var remaining = patience - silence;
            var wait = remaining < slice ? remaining : slice;
            var since = Stopwatch.GetTimestamp();
            if (await command.EndsWithinAsync(wait).ConfigureAwait(false))
            {
                await command.ConfigureAwait(false);
                return;
            }

            var isLate = Stopwatch.GetElapsedTime(since) > wait + (heartbeat / 64);
            var heardNow = Volatile.Read(ref _heard);
            var isHeard = heardNow != heard;
            // What came may have come just after the look before: after the first one not underrated.
            var counted = (isHeard || isLate) && wait > Slice ? Slice : wait;
            silence = isHeard ? counted : silence + counted;
            heard = heardNow;
            slice = Slice;
            if (isHeard || silence < patience)
                continue;
            Abandoned = command;
            throw new TimeoutException($"The server has not answered, nor sent anything, for {patience.TotalSeconds:0.#} s.");
        }
    }
}
