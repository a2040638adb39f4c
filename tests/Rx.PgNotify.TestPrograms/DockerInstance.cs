using Docker.DotNet;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Configurations;
using Rx.PgNotify.LocalPostgres;
using Testcontainers.PostgreSql;

namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// A container that runs a server. Testcontainers stops one in one way only, so that signals go to the engine's own
/// interface.
/// </summary>
sealed class DockerInstance(PostgreSqlContainer container, IDockerEndpointAuthenticationConfiguration engine, string image)
    : IControllablePostgresInstance
{
    readonly DockerClient _engine = engine.GetDockerClientBuilder().Build();

    bool _paused;

    public string ConnectionString { get; } = container.GetConnectionString();

    public string Source => $"the Docker image {image}";

    public Task StartAsync(CancellationToken cancellationToken) => container.StartAsync(cancellationToken);

    public Task StopAsync(ShutdownMode mode, CancellationToken cancellationToken) => EndAsync(
        mode switch
        {
            ShutdownMode.Smart => "SIGTERM",
            ShutdownMode.Immediate => "SIGQUIT",
            _ => "SIGINT",
        },
        cancellationToken);

    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        await container.PauseAsync(cancellationToken);
        _paused = true;
    }

    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        await container.UnpauseAsync(cancellationToken);
        _paused = false;
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        await EndAsync("SIGKILL", cancellationToken);
        _paused = false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_paused)
            await ResumeAsync(default);
        await container.DisposeAsync();
        _engine.Dispose();
    }

    async Task EndAsync(string signal, CancellationToken cancellationToken)
    {
        var ended = _engine.Containers.WaitContainerAsync(container.Id, cancellationToken);
        await _engine.Containers.KillContainerAsync(
            container.Id, new ContainerKillParameters { Signal = signal }, cancellationToken);
        await ended;
    }
}
