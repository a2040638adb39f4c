using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>A PostgreSQL server, a NATS server and two bridges between them, all of which may be killed and stopped.</summary>
sealed class Stage : IAsyncDisposable
{
    Stage(PostgresServer postgres, NatsServer nats, BridgeProcessOptions options, Findings findings)
    {
        (Postgres, Nats, Heartbeat) = (postgres, nats, options.Heartbeat);
        Bridges = [.. new[] { "a", "b" }.Select(name => new BridgeProcess(name, postgres.ConnectionString, nats, Prefix, options, findings))];
        // A transaction that waits must not be given up by its client: it may be committed all the same.
        DataSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { CommandTimeout = 600 });
    }

    public PostgresServer Postgres { get; }

    /// <summary>Pooled connections of others than the bridges, straight to the server.</summary>
    public NpgsqlDataSource DataSource { get; }

    public NatsServer Nats { get; }

    public string Prefix { get; } = UniqueChannel.Name("stage");

    public TimeSpan Heartbeat { get; }

    public IReadOnlyList<BridgeProcess> Bridges { get; }

    public static async Task<Stage> StartAsync(BridgeProcessOptions options, Findings findings)
    {
        var nats = await NatsServer.StartAsync();
        var postgres = await TestServer.StartOwnAsync(TestServer.OnThisMachine);
        var stage = new Stage(postgres, nats, options, findings);
        foreach (var bridge in stage.Bridges)
            bridge.Start();
        await stage.IsReadyAsync();
        return stage;
    }

    /// <summary>Waits until one of the bridges is at work and the other one stands by.</summary>
    /// <returns>The one at work, and the process id of its backend.</returns>
    public async Task<(BridgeProcess Bridge, int Backend)> IsReadyAsync()
    {
        var found = await Eventually.BecomesAsync(
            async () =>
            {
                // What a bridge says of itself is a moment old: one that was stopped has said that it is at work.
                var leader = await LeaderAsync();
                return leader is { Bridge: { IsAtWork: true } bridge } && Bridges.All(other => other == bridge || other.StandsBy) ? leader : null;
            },
            leader => leader is not null,
            expectation: "one bridge at work, the other one standing by");
        return found!.Value;
    }

    /// <summary>The bridge that has the lock, and the process id of its backend; <see langword="null"/> if none has.</summary>
    public async Task<(BridgeProcess Bridge, int Backend)?> LeaderAsync()
    {
        await using var command = DataSource.CreateCommand(
            "SELECT application_name, pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted");
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? (Bridges.Single(bridge => string.Equals(bridge.Application, reader.GetString(0), StringComparison.Ordinal)), reader.GetInt32(1))
            : null;
    }

    /// <summary>Ends a backend as an administrator would.</summary>
    public async Task TerminateAsync(int backend)
    {
        await using var command = DataSource.CreateCommand("SELECT pg_terminate_backend($1)");
        command.Parameters.AddWithValue(backend);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A connection to NATS, which comes back soon when it was lost.</summary>
    /// <param name="port">Of the server, or of what stands before it.</param>
    public NatsConnection Connect(int port) => new(new NatsOpts
    {
        Url = FormattableString.Invariant($"nats://127.0.0.1:{port}"),
        ConnectTimeout = Heartbeat,
        ReconnectWaitMin = TimeSpan.FromMilliseconds(50),
        ReconnectWaitMax = TimeSpan.FromMilliseconds(200),
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var bridge in Bridges)
            await bridge.DisposeAsync();
        await DataSource.DisposeAsync();
        await Postgres.DisposeAsync();
        await Nats.DisposeAsync();
    }
}
