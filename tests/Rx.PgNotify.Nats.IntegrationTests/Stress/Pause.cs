namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>How long a fault lasts.</summary>
static class Pause
{
    /// <summary>Waits for a while, or until all has to end.</summary>
    public static async Task ForAsync(int milliseconds, CancellationToken stop) =>
        await Task.Delay(milliseconds, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
