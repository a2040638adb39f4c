namespace Rx.PgNotify.Nats.Connections;

/// <summary>Time as the servers, the bridges and the receivers count it for each other, whatever the scheduler of the options says.</summary>
static class RealTime
{
#pragma warning disable RS0030 // the one place that means it
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal static Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken) => Task.Delay(delay, cancellationToken);
#pragma warning restore RS0030
}
