namespace Rx.PgNotify.Nats.IntegrationTests.Faults;

/// <summary>The bridge's line to PostgreSQL is slower than what the server has to send: it lives, and its answers come too late.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public class SlowPostgresLineTests
{
    // More than all sockets on the way take, so that the server itself waits, for longer than any test.
    const int Burst = 8_000;
    const int PayloadBytes = 7_900;
    const int BytesPerSecond = 200_000;

    [Test]
    public async Task ABridgeThatWouldBeSilent_GivesUpItsSession_AndItsLock([Values] bool hasStandby)
    {
        var log = new LogRecorder();
        // A session that ends for another reason does not hear the flood again.
        await using var stage = new Stage(heartbeat: Stage.Steady);
        await using var line = FaultProxy.Start(stage.Postgres.ConnectionString);
        var flood = UniqueChannel.Name("flood");
        var first = stage.StartBridge(options => (options.Channels, options.LoggerFactory) = ([flood], log), connectionString: line.ConnectionString);
        await first.UntilAsync<BridgeState.AtWork>();
        var second = hasStandby ? stage.StartBridge() : first;
        if (hasStandby)
            await second.UntilAsync<BridgeState.StandingBy>();
        var truth = await Truth.CreateAsync(stage.Postgres);
        await using var witness = await Witness.OfAsync(truth, stage.Listen());
        await truth.CommitAsync();
        await witness.UntilTrueAsync();

        // Notifications come all the time, which excuses a late answer; but without one the bridge must not publish.
        line.BytesPerSecond = BytesPerSecond;
        await stage.Postgres.ExecuteAsync($"SELECT pg_notify('{flood}', lpad(i::text, {PayloadBytes}, 'x')) FROM generate_series(1, {Burst}) i");
        await Eventually.IsTrueAsync(() => log.Text.Contains("whatever else it has sent", StringComparison.Ordinal), expectation: "the session is given up");
        await second.UntilAsync<BridgeState.AtWork>();
        await truth.CommitAsync();
        await witness.AssertRecoversAsync();
    }
}
