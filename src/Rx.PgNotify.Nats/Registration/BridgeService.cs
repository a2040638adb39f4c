using Microsoft.Extensions.Hosting;

namespace Rx.PgNotify.Nats.Registration;

/// <summary>Runs the bridge as long as the host.</summary>
sealed class BridgeService(PgNatsBridge bridge) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => bridge.RunAsync(stoppingToken);
}
