using Microsoft.Extensions.Hosting;

namespace Rx.PgNotify.Nats.Registration;

/// <summary>
/// Runs the bridge until the host begins to stop: the host stops its services one after the other, and another bridge need not wait for those
/// that are slow.
/// </summary>
/// <param name="bridge">The bridge.</param>
/// <param name="lifetime">Of the host; without one the bridge runs until the service is stopped.</param>
sealed class BridgeService(PgNatsBridge bridge, IHostApplicationLifetime? lifetime = null) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            stoppingToken, lifetime?.ApplicationStopping ?? CancellationToken.None);
        await bridge.RunAsync(stop.Token).ConfigureAwait(false);
    }
}
