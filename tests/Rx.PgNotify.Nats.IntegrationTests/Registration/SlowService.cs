using Microsoft.Extensions.Hosting;

namespace Rx.PgNotify.Nats.IntegrationTests.Registration;

/// <summary>A service of a host that stops when it is released, however little time the host gives it.</summary>
sealed class SlowService : IHostedService
{
    readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when it is to stop.</summary>
    public Task HasBegunToStop => _begun.Task;

    public void Release() => _released.TrySetResult();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _begun.TrySetResult();
        return _released.Task;
    }
}
