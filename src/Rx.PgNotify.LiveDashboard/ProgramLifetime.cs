using Microsoft.Extensions.Hosting;

namespace Rx.PgNotify.LiveDashboard;

/// <summary>Leaves Ctrl-C to the program around the web server, which would otherwise take the signal for itself.</summary>
sealed class ProgramLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
