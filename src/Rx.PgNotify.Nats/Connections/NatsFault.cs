namespace Rx.PgNotify.Nats.Connections;

/// <summary>
/// Marks what is thrown while NATS is used as a failure of NATS: where it is thrown says that, and its type does not, as NATS.Net runs
/// callbacks of the application's and cancels what waits for a connection.
/// </summary>
static class NatsFault
{
    /// <summary>Uses NATS.</summary>
    /// <param name="use">The use.</param>
    /// <param name="failed">What its failure means, in a sentence.</param>
    /// <param name="cancellationToken">What is thrown once it is cancelled is no failure, and is left as it is.</param>
    /// <exception cref="NatsListenerException">It has failed.</exception>
    internal static async Task WhileAsync(Func<Task> use, string failed, CancellationToken cancellationToken)
    {
        try
        {
            await use().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not NatsListenerException && !cancellationToken.IsCancellationRequested)
        {
            throw new NatsListenerException(NatsListenerError.NatsUnavailable, failed, e);
        }
    }
}
