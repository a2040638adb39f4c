namespace Rx.PgNotify.Listening;

/// <summary>
/// Gives a session up when a command is not answered, and nothing else arrives either, for two heartbeats.
/// </summary>
/// <remarks>
/// Npgsql notices by itself when a command is not answered within its timeout, but then asks the server, over a second
/// connection and blocking, to cancel it: with a server that hangs this never ends.
/// </remarks>
sealed class AnswerDeadline(TimeSpan heartbeat)
{
    // Counts what arrives: while notifications flow, a command whose answer stands behind them is not overdue. Written
    // by the one thread that reads the socket, read by the pump.
    long _heard;

    /// <summary>Whether a command was left to itself: closing the connection properly would wait for it.</summary>
    internal bool IsAbandoned { get; private set; }

    internal void Heard() => Volatile.Write(ref _heard, _heard + 1);

    /// <summary>The connection is in the middle of something that can't be ended.</summary>
    internal void Abandon() => IsAbandoned = true;

    /// <summary>Awaits <paramref name="command"/>, or throws <see cref="TimeoutException"/>.</summary>
    internal async Task<T> AnsweredAsync<T>(Task<T> command)
    {
        var heard = Volatile.Read(ref _heard);
        while (true)
        {
            try
            {
                return await command.WaitAsync(2 * heartbeat, CancellationToken.None).ConfigureAwait(false);
            }
            catch (TimeoutException e) when (!command.IsCompleted)
            {
                var heardNow = Volatile.Read(ref _heard);
                if (heardNow == heard)
                {
                    Abandon();
                    throw new TimeoutException($"The server has not answered a command, nor sent anything, for {2 * heartbeat}.", e);
                }

                heard = heardNow;
            }
        }
    }
}
