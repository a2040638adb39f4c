using NATS.Client.Core;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>Whether there is a connection to NATS, within a limit: NATS.Net itself waits for one as long as it takes.</summary>
static class NatsLiveness
{
    /// <summary>Waits for a connection.</summary>
    /// <exception cref="NatsListenerException">There is none.</exception>
    internal static Task ConnectWithinAsync(this INatsConnection nats, TimeSpan limit, CancellationToken cancellationToken) => NatsFault.WhileAsync(
        () => nats.ConnectAsync().AsTask().WaitAsync(limit, cancellationToken), "There is no connection to NATS.", cancellationToken);

    /// <summary>
    /// Asks the server for a sign of life, and has the connection replaced if there is none. A line that swallows everything is found by
    /// NATS.Net's own ping after some minutes; it is not ours alone, so it is not given up for the silence of a bridge.
    /// </summary>
    /// <param name="nats">The connection.</param>
    /// <param name="limit">How long the server has to answer, and the old connection to be closed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="silent">What is to be done before the connection is replaced, which may hang in a line that takes nothing more.</param>
    /// <exception cref="NatsListenerException">The server has not answered.</exception>
    internal static async Task AnswersWithinAsync(
        this INatsConnection nats, TimeSpan limit, CancellationToken cancellationToken, Func<ValueTask>? silent = null)
    {
        try
        {
            await NatsFault.WhileAsync(
                () => nats.PingWithinAsync(limit, cancellationToken), $"NATS did not answer a ping within {limit}.", cancellationToken).ConfigureAwait(false);
        }
        catch (NatsListenerException)
        {
            if (silent is not null)
                await silent().ConfigureAwait(false);
            await nats.ReconnectAsync().AsTask().WaitAsync(limit, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    static async Task PingWithinAsync(this INatsConnection nats, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var pinging = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        pinging.CancelAfter(limit);
        await nats.PingAsync(pinging.Token).ConfigureAwait(false);
    }
}
