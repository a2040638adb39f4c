namespace Rx.PgNotify.Nats.IntegrationTests.Bridging;

/// <summary>Of several bridges one is at work.</summary>
[Parallelizable(ParallelScope.All)]
public class StandbyTests
{
    [Test]
    public async Task OfThreeBridges_OneIsAtWork_UntilAllHaveHadTheirTurn()
    {
        await using var stage = new Stage(heartbeat: Stage.Steady);
        List<RunningBridge> bridges = [stage.StartBridge(), stage.StartBridge(), stage.StartBridge()];
        var terms = new List<RunningBridge>();
        while (bridges.Count > 0)
        {
            await Eventually.IsTrueAsync(() => bridges.All(bridge => bridge.Bridge.CurrentState is BridgeState.AtWork or BridgeState.StandingBy)
                && bridges.Any(bridge => bridge.Bridge.CurrentState is BridgeState.AtWork));
            var leader = bridges.Single(bridge => bridge.Bridge.CurrentState is BridgeState.AtWork);
            Assert.That(await LocksAsync(stage), Is.EqualTo(1));
            terms.Add(leader);
            await leader.StopAsync();
            Assert.That(leader.Bridge.CurrentState, Is.InstanceOf<BridgeState.Stopped>());
            bridges.Remove(leader);
        }

        Assert.That(terms, Is.Unique);
        // The server ends a session a moment after its client has closed the connection.
        await Eventually.BecomesAsync(() => LocksAsync(stage), locks => locks == 0);
    }

    [Test]
    public async Task ABridgeThatStandsBy_ForwardsNothing_AndIsNotAskedForAnything()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        using var meters = new MeterRecorder();
        await stage.StartBridgeAtWorkAsync();
        var standby = stage.StartBridge(options => options.MeterFactory = meters);
        await standby.UntilAsync<BridgeState.StandingBy>();
        var recorder = new Recorder<Notification>();
        var channel = stage.Listen().Channel(UniqueChannel.Name());
        using var subscription = await channel.SubscribeAsync(recorder);
        for (var i = 0; i < 10; i++)
            await TestServer.DataSource.NotifyAsync(channel.Name, $"{i}");
        await TestServer.DataSource.NotifyAsync(channel.Name, "last");
        await recorder.UntilAsync(all => all.Any(notification => notification.Payload == "last"), "the last one");

        Assert.That(recorder.Count, Is.EqualTo(11));
        Assert.That(meters.Read("pgnotify.nats.bridge.at_work", $"pgnotify.nats.prefix={stage.Prefix}"), Is.Zero);
        Assert.That(meters.Read("pgnotify.nats.bridge.channels", $"pgnotify.nats.prefix={stage.Prefix}"), Is.Zero);
    }

    [Test]
    public async Task EachTerm_IsAnEpochAfterTheOneBefore()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        using var meters = new MeterRecorder();
        var bridge = await stage.StartBridgeAtWorkAsync();
        using var subscription = await stage.Listen(options => options.MeterFactory = meters).Channel("a").SubscribeAsync(_ => { });
        var epochs = new List<double?> { meters.Read("pgnotify.nats.receiver.epoch") };
        for (var kill = 0; kill < 3; kill++)
        {
            var last = epochs[^1];
            await stage.Postgres.KillBackendsAsync(bridge.Application);
            epochs.Add(await Eventually.BecomesAsync(
                () => Task.FromResult(meters.Read("pgnotify.nats.receiver.epoch")), epoch => epoch != last, expectation: "another epoch"));
        }

        Assert.That(epochs, Is.Ordered.Ascending.And.Unique);
    }

    [Test]
    public async Task ABridgeIsRunOnce()
    {
        await using var stage = new Stage();
        var bridge = await stage.StartBridgeAtWorkAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => bridge.Bridge.RunAsync(CancellationToken.None));
        await bridge.StopAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => bridge.Bridge.RunAsync(CancellationToken.None));
    }

    static async Task<long> LocksAsync(Stage stage) => (long)(await stage.Postgres.ExecuteAsync(
        $"SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted AND application_name LIKE '{stage.Prefix}%'"))!;
}
