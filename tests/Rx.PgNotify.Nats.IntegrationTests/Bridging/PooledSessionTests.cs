using Npgsql;

namespace Rx.PgNotify.Nats.IntegrationTests.Bridging;

/// <summary>A session of the caller's pool that a bridge had is, for the next one, as it was before.</summary>
[Parallelizable(ParallelScope.All)]
public class PooledSessionTests
{
    [Test]
    public async Task WhatABridgeDidToASession_IsUndone([Values] bool wasAtWork, [Values] bool isReset)
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var connectionString = new NpgsqlConnectionStringBuilder(stage.Postgres.ConnectionString)
        {
            MaxPoolSize = 1,
            NoResetOnClose = !isReset,
            ApplicationName = $"{stage.Prefix}_pooled",
        };
        await using var dataSource = NpgsqlDataSource.Create(connectionString.ConnectionString);
        var before = await LookAsync(dataSource);
        if (!wasAtWork)
            await stage.StartBridgeAtWorkAsync();

        var bridge = stage.Own(new RunningBridge(
            new PgNatsBridge(dataSource, stage.Connect(), new PgNatsBridgeOptions { SubjectPrefix = stage.Prefix, Heartbeat = Stage.Calm }), ""));
        if (wasAtWork)
        {
            await bridge.UntilAsync<BridgeState.AtWork>();
            using var subscription = await stage.Listen().Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
            Assert.That(await LocksAsync(stage), Is.EqualTo(1));
        }
        else
        {
            await bridge.UntilAsync<BridgeState.StandingBy>();
        }

        await bridge.StopAsync();
        var after = await LookAsync(dataSource);
        Assert.That(after, Is.EqualTo(before), "process id, channels, locks, limits");
        Assert.That(after, Does.EndWith(" 0 0 0 0"));
    }

    static async Task<long> LocksAsync(Stage stage) => (long)(await stage.Postgres.ExecuteAsync(
        $"SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND application_name = '{stage.Prefix}_pooled'"))!;

    static async Task<string> LookAsync(NpgsqlDataSource dataSource)
    {
        await using var command = dataSource.CreateCommand("""
            SELECT concat_ws(' ',
                pg_backend_pid(),
                (SELECT count(*) FROM pg_listening_channels()),
                (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()),
                current_setting('idle_session_timeout'),
                current_setting('tcp_user_timeout'))
            """);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
