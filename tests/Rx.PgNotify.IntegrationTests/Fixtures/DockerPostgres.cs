#if TESTCONTAINERS
// Unverified: written against Testcontainers 4.8 on a machine without a Docker engine, and neither compiled nor run so
// far. Remove this remark once it has run.
using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Configurations;
using Rx.PgNotify.LocalPostgres;
using Testcontainers.PostgreSql;

namespace Rx.PgNotify.IntegrationTests;

/// <summary>A server in a container of the official image.</summary>
public sealed class DockerPostgres : IPostgresSource
{
    const int DefaultMajor = 18;

    public string Name => "docker";

    public async Task<IPostgresInstance> StartAsync(PostgresServerOptions options, CancellationToken cancellationToken)
    {
        if (options.AccessRules.Count > 0)
            throw new SourceUnavailableException("the container takes no lines for pg_hba.conf.");
        if (options.StandbyOf is not null)
            throw new SourceUnavailableException("a container is no standby of another server.");

        var image = $"postgres:{(options.Version ?? DefaultMajor).ToString(CultureInfo.InvariantCulture)}";
        PostgreSqlContainer? container = null;
        try
        {
            container = Configured(image, options).Build();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(options.StartTimeout + TimeSpan.FromMinutes(2));
            await container.StartAsync(limit.Token);
            return new Instance(container, image);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (container is not null)
                await container.DisposeAsync();
            throw new SourceUnavailableException($"no container of {image} could be started: {e.Message}", e);
        }
        catch when (container is not null)
        {
            await container.DisposeAsync();
            throw;
        }
    }

    static PostgreSqlBuilder Configured(string image, PostgresServerOptions options)
    {
        // A port chosen by the engine would change with every start.
        var builder = new PostgreSqlBuilder()
            .WithImage(image)
            .WithPortBinding(LoopbackPort.FindFree(), PostgreSqlBuilder.PostgreSqlPort)
            .WithPassword(Guid.NewGuid().ToString("N"))
            .WithEnvironment("POSTGRES_INITDB_ARGS", $"--locale=C --encoding={options.Encoding}")
            // Testcontainers turns the latter off; a server that is killed must keep what it has committed.
            .WithCommand("-c", "max_connections=200", "-c", "synchronous_commit=on");
        if (options.Durable)
            builder = builder.WithCommand("-c", "fsync=on", "-c", "full_page_writes=on");
        foreach (var (name, value) in options.Settings)
            builder = builder.WithCommand("-c", $"{name}={value}");
        return builder;
    }

    // Testcontainers can stop a container in one way only; the rest goes to the engine's own interface.
    sealed class Instance(PostgreSqlContainer container, string image) : IControllablePostgresInstance
    {
        readonly DockerClient _engine =
            TestcontainersSettings.OS.DockerEndpointAuthConfig.GetDockerClientConfiguration().CreateClient();

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
            await _engine.Containers.PauseContainerAsync(container.Id, cancellationToken);
            _paused = true;
        }

        public async Task ResumeAsync(CancellationToken cancellationToken)
        {
            await _engine.Containers.UnpauseContainerAsync(container.Id, cancellationToken);
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
}
#endif
