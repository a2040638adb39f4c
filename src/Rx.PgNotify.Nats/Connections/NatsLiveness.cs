using NATS.Client.Core;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>Whether there is a connection to NATS, within a limit: NATS.Net itself waits for one as long as it takes.</summary>
static class NatsLiveness
{
    /// <summary>Waits for a connection.</summary>
    /// <exception cref="NatsListenerException">There is none.</exception>
    internal static async Task ConnectWithinAsync(this INatsConnection nats, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await nats.ConnectAsync().AsTask().WaitAsync(limit, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NatsException or TimeoutException)
        {
            throw new NatsListenerException(NatsListenerError.NatsUnavailable, "There is no connection to NATS.", e);
        }
    }

    /// <summary>
    /// Asks the server for a sign of life, and has the connection replaced if there is none. A line that swallows everything is found by
    /// NATS.Net's own ping after some minutes; it is not ours alone, so it is not given up for the silence of a bridge.
    /// </summary>
    /// <exception cref="NatsListenerException">The server has not answered.</exception>
    internal static async Task AnswersWithinAsync(this INatsConnection nats, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var pinging = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        pinging.CancelAfter(limit);
        try
        {
            await nats.PingAsync(pinging.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            await nats.ReconnectAsync().AsTask().WaitAsync(limit, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new NatsListenerException(NatsListenerError.NatsUnavailable, $"NATS did not answer a ping within {limit}.", e);
        }
    }
}
