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
        // Looks now and then what was heard. A look that comes late, because the thread pool is starved or the machine
        // was suspended, counts as one slice all the same: the answer may be there and wait for a thread as we did.
        var slice = heartbeat / 4;
        var silence = TimeSpan.Zero;
        var heard = Volatile.Read(ref _heard);
        while (true)
        {
            var remaining = patience - silence;
            var wait = remaining < slice ? remaining : slice;
            try
            {
                return await command.WaitAsync(wait, CancellationToken.None).ConfigureAwait(false);
            }
            catch (TimeoutException e) when (!command.IsCompleted)
            {
                var heardNow = Volatile.Read(ref _heard);
                if (heardNow != heard)
                {
                    silence = wait; // what came may have come just after the look before: never underrated
                    heard = heardNow;
                }
                else if ((silence += wait) >= patience)
                {
                    Abandoned = command;
                    throw new TimeoutException($"The server has not answered, nor sent anything, for {patience.TotalSeconds:0.#} s.", e);
                }
            }
        }
    }
}
