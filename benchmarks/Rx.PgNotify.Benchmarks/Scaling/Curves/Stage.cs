using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify.Benchmarks.Scaling.Processes;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Benchmarks.Scaling.Curves;

/// <summary>All that a comparison of both ways takes: the servers, and the processes of each way.</summary>
sealed class Stage : IAsyncDisposable
{
    readonly PostgresServer _server;
    readonly NatsServer _nats;

    Stage(PostgresServer server, NatsServer nats, string environs, Way direct, Way bridged)
    {
        _server = server;
        _nats = nats;
        Environs = environs;
        Direct = direct;
        Bridged = bridged;
    }

    /// <summary>What the figures depend on.</summary>
    public string Environs { get; }

    public Way Direct { get; }

    public Way Bridged { get; }

    /// <param name="isPinned">Whether receivers, the bridge and NATS are kept off the cores of the server and the senders.</param>
    /// <param name="receivingProcesses">Of each way.</param>
    public static async Task<Stage> StartAsync(bool isPinned, int receivingProcesses)
    {
        var server = await PostgresServer.StartAsync(new PostgresServerOptions { Settings = { ["max_connections"] = "500" } });
        if (isPinned)
            await ProcessPlace.WithServer.MoveAsync(await PostmasterOfAsync(server));
        var nats = await NatsServer.StartAsync(isPinned ? ProcessPlace.Aside : ProcessPlace.Anywhere);
        return new Stage(
            server, nats, $"{Comparison.Environs.Describe(server)}, {await NatsServer.VersionAsync()}, NATS.Net {Comparison.Environs.Version(typeof(NatsConnection))}",
            await WayAsync("direct"), await WayAsync("bridged"));

        async Task<Way> WayAsync(string name)
        {
            var database = await server.CreateDatabaseAsync();
            return new Way(name, kind => RoleProcess.Start(kind, database, nats.Url, isPinned ? PlaceOf(kind) : ProcessPlace.Anywhere), receivingProcesses);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Direct.DisposeAsync();
        await Bridged.DisposeAsync();
        await _nats.DisposeAsync();
        await _server.DisposeAsync();
    }

    static ProcessPlace PlaceOf(RoleKind kind) => kind switch
    {
        RoleKind.Receiving => ProcessPlace.LastAside,
        RoleKind.Bridge => ProcessPlace.Aside,
        _ => ProcessPlace.WithServer,
    };

    // Backends are started by it, and so where it is.
    static async Task<int> PostmasterOfAsync(PostgresServer server)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int", connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }
}
