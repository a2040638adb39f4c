using System.Collections.Concurrent;
using System.Globalization;
using DotNet.Testcontainers.Containers;
using Microsoft.Extensions.Logging.Abstractions;
using Rx.PgNotify.LocalPostgres;
using Testcontainers.PostgreSql;

namespace Rx.PgNotify.TestPrograms;

/// <summary>A server in a container of the official image, where a Docker engine answers.</summary>
public sealed class DockerPostgres : IPostgresSource
{
    const int DefaultMajor = 18;

    // Asking again would cost every test the time it takes to find that an image can't be fetched.
    static readonly ConcurrentDictionary<string, string> s_unavailable = new(StringComparer.Ordinal);

    public string Name => "docker";

    public async Task<IPostgresInstance> StartAsync(PostgresServerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.AccessRules.Count > 0)
            throw new SourceUnavailableException("the container takes no lines for pg_hba.conf.");
        if (options.StandbyOf is not null)
            throw new SourceUnavailableException("a container is no standby of another server.");
        var engine = await DockerEngine.FindAsync(cancellationToken);
        var image = $"postgres:{(options.Version ?? DefaultMajor).ToString(CultureInfo.InvariantCulture)}";
        if (s_unavailable.TryGetValue(image, out var reason))
            throw new SourceUnavailableException(reason);

        PostgreSqlContainer? container = null;
        try
        {
            container = Configured(image, options).Build();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(options.StartTimeout + TimeSpan.FromMinutes(2)); // for the image
            await container.StartAsync(limit.Token);
            return new DockerInstance(container, engine, image);
        }
        catch (Exception e)
        {
            if (container is not null)
                await container.DisposeAsync();
            if (cancellationToken.IsCancellationRequested)
                throw;
            if (e is ContainerNotRunningException)
                throw new PostgresServerException($"The server in a container of {image} did not start: {e.Message}", e);
            reason = $"no container of {image} could be started: {OneLine(e.Message)}";
            s_unavailable[image] = reason;
            throw new SourceUnavailableException(reason, e);
        }
    }

    static PostgreSqlBuilder Configured(string image, PostgresServerOptions options)
    {
        // A port chosen by the engine would change with every start.
        var builder = new PostgreSqlBuilder(image)
            .WithPortBinding(LoopbackPort.FindFree(), PostgreSqlBuilder.PostgreSqlPort)
            .WithPassword(Guid.NewGuid().ToString("N"))
            .WithEnvironment("POSTGRES_INITDB_ARGS", $"--locale=C --encoding={options.Encoding}")
            // Testcontainers turns the latter off; a server that is killed must keep what it has committed.
            .WithCommand("-c", "max_connections=200", "-c", "synchronous_commit=on")
            .WithLogger(NullLogger.Instance);
        if (options.Durable)
            builder = builder.WithCommand("-c", "fsync=on", "-c", "full_page_writes=on");
        foreach (var (name, value) in options.Settings)
            builder = builder.WithCommand("-c", $"{name}={value}");
        return builder;
    }

    static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
