namespace Rx.PgNotify.Nats.Connections;

/// <summary>
/// Marks what is thrown while NATS is used as a failure of NATS: where it is thrown says that, and its type does not, as NATS.Net runs
/// callbacks of the application's and cancels what waits for a connection.
/// </summary>
static class NatsFault
{
    /// <summary>A failure of NATS.</summary>
    /// <param name="what">What has failed, and where, without a full stop: the reason comes behind it.</param>
    /// <param name="failure">Has the reason.</param>
    internal static NatsListenerException Of(string what, Exception failure) =>
        new(NatsListenerError.NatsUnavailable, $"{what}: {NatsReason.Of(failure)}.", failure);

    /// <summary>Uses NATS.</summary>
    /// <param name="use">The use.</param>
    /// <param name="what">What its failure means, and where, without a full stop: the reason comes behind it.</param>
    /// <param name="cancellationToken">What is thrown once it is cancelled is no failure, and is left as it is.</param>
    /// <exception cref="NatsListenerException">It has failed.</exception>
    internal static async Task WhileAsync(Func<Task> use, string what, CancellationToken cancellationToken)
    {
        try
        {
            await use().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not NatsListenerException && !cancellationToken.IsCancellationRequested)
        {
            throw Of(what, e);
        }
    }
}
