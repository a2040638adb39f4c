using Microsoft.Extensions.Hosting;

namespace Rx.PgNotify.DependencyInjection.IntegrationTests;

/// <summary>Registered before the web server, and so stopped after it: then it sees whether the time to stop had run out by then.</summary>
sealed class ShutdownProbe : IHostedService
{
    /// <summary>Whether the host's <see cref="HostOptions.ShutdownTimeout"/> was over; <see langword="null"/> before it was stopped.</summary>
    public bool? HasTimedOut { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        HasTimedOut = cancellationToken.IsCancellationRequested;
        return Task.CompletedTask;
    }
}
