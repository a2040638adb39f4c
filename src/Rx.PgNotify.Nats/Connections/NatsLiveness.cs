using NATS.Client.Core;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>Whether the NATS server lives: NATS.Net's own ping finds a line that swallows everything after some minutes.</summary>
static class NatsLiveness
{
    /// <summary>
    /// Asks the server for a sign of life, and has the connection replaced if there is none. It is not ours alone, so it is not given up
    /// for the silence of a bridge.
    /// </summary>
    /// <param name="nats">The connection.</param>
    /// <param name="limit">How long the server has to answer, and the old connection to be closed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="silent">
    /// What is to be done, because of what is thrown then, before the connection is replaced, which may hang in a line that takes nothing
    /// more.
    /// </param>
    /// <exception cref="NatsListenerException">The server has not answered.</exception>
    internal static async Task AnswersWithinAsync(
        this INatsConnection nats, TimeSpan limit, CancellationToken cancellationToken, Func<NatsListenerException, Task>? silent = null)
    {
        var connection = ConnectionIdentity.Of(nats);
        using var pinging = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        pinging.CancelAfter(limit);
        try
        {
            await nats.PingAsync(pinging.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            var failure = Explain(e);
            if (silent is not null)
                await silent(failure).ConfigureAwait(false);
            // A ping fails also when the connection is lost, and NATS.Net may have another one by now.
            if (pinging.IsCancellationRequested && connection.IsStill(nats))
                await nats.ReconnectAsync().AsTask().WaitAsync(limit, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw failure;
        }

        NatsListenerException Explain(Exception e)
        {
            if (!connection.IsStill(nats))
                return new(NatsListenerError.NatsUnavailable, $"The connection to NATS at {nats.Address()} was lost.", e);
            return pinging.IsCancellationRequested
                ? new(NatsListenerError.NatsUnavailable, $"NATS at {nats.Address()} did not answer a ping within {limit}.", e)
                : NatsFault.Of($"A ping of NATS at {nats.Address()} failed", e);
        }
    }
}
