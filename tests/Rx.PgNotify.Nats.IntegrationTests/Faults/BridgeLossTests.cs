using Rx.PgNotify.Nats.IntegrationTests.Protocol;

namespace Rx.PgNotify.Nats.IntegrationTests.Faults;

/// <summary>The bridge, or its connection to PostgreSQL, is lost: whoever reads the truth at each Resync has it again.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public class BridgeLossTests
{
    [Test]
    public async Task WhenItsBackendIsKilled_TheBridgeComesBack_AndReceiversGetAResync()
    {
        await using var stage = new Stage();
        var bridge = await stage.StartBridgeAtWorkAsync();
        var truth = await Truth.CreateAsync(stage.Postgres);
        await using var witness = await Witness.OfAsync(truth, stage.Listen());
        await truth.CommitAsync();
        await witness.UntilTrueAsync();

        for (var kill = 1; kill <= 3; kill++)
        {
            await stage.Postgres.KillBackendsAsync(bridge.Application);
            await truth.CommitAsync();
            await witness.UntilResyncAsync(ResyncReasons.Reconnected, kill);
            await witness.UntilTrueAsync();
        }

        await witness.AssertRecoversAsync();
        await bridge.UntilAsync<BridgeState.AtWork>();
    }

    [Test]
    public async Task WhenTheBridgeEnds_TheOneThatStoodByTakesOver()
    {
        await using var stage = new Stage();
        var first = await stage.StartBridgeAtWorkAsync();
        var second = stage.StartBridge();
        await second.UntilAsync<BridgeState.StandingBy>();
        var truth = await Truth.CreateAsync(stage.Postgres);
        await using var witness = await Witness.OfAsync(truth, stage.Listen());
        await truth.CommitAsync();
        await witness.UntilTrueAsync();

        await first.StopAsync();
        await truth.CommitAsync();
        await witness.AssertRecoversAsync();
        Assert.That(first.Bridge.CurrentState, Is.InstanceOf<BridgeState.Stopped>());
        await second.UntilAsync<BridgeState.AtWork>();
    }

    [Test]
    public async Task WhenTheBridgeLosesPostgres_TheOneThatStoodByTakesOver_AndItStandsByAfterwards()
    {
        await using var stage = new Stage();
        await using var line = FaultProxy.Start(stage.Postgres.ConnectionString);
        var first = stage.StartBridge(connectionString: line.ConnectionString);
        await first.UntilAsync<BridgeState.AtWork>();
        var second = stage.StartBridge();
        await second.UntilAsync<BridgeState.StandingBy>();
        var truth = await Truth.CreateAsync(stage.Postgres);
        await using var witness = await Witness.OfAsync(truth, stage.Listen());

        using (line.Refuse())
        {
            line.Cut();
            await truth.CommitAsync();
            await second.UntilAsync<BridgeState.AtWork>();
            await first.UntilAsync<BridgeState.Failing>();
            await witness.AssertRecoversAsync();
        }

        await RunningBridge.UntilOneIsAtWorkAsync(first, second);
    }

    [Test]
    public async Task WhenTheBridgesLineToPostgresSwallowsEverything_TheOneThatStoodByTakesOver()
    {
        await using var stage = new Stage();
        await using var line = FaultProxy.Start(stage.Postgres.ConnectionString);
        var first = stage.StartBridge(connectionString: line.ConnectionString);
        await first.UntilAsync<BridgeState.AtWork>();
        var second = stage.StartBridge();
        await second.UntilAsync<BridgeState.StandingBy>();
        var truth = await Truth.CreateAsync(stage.Postgres);
        await using var witness = await Witness.OfAsync(truth, stage.Listen());

        using (line.Swallow())
        {
            await truth.CommitAsync();
            await second.UntilAsync<BridgeState.AtWork>();
            await witness.AssertRecoversAsync();
        }

        await RunningBridge.UntilOneIsAtWorkAsync(first, second);
    }

    [Test]
    public async Task ABridgeThatPostgresDoesNotAnswer_PublishesForTwoHeartbeatsAtTheMost()
    {
        await using var stage = new Stage();
        await using var line = FaultProxy.Start(stage.Postgres.ConnectionString);
        var bridge = stage.StartBridge(options => options.Channels = ["listed"], connectionString: line.ConnectionString);
        await bridge.UntilAsync<BridgeState.AtWork>();
        var announcements = await SubjectTap.StartAsync(stage, $"{stage.Prefix}.bridge");
        var beats = await SubjectTap.StartAsync(stage, $"{stage.Prefix}.channel.listed");
        await announcements.UntilCountAsync(1);
        await beats.UntilCountAsync(1);

        using var hole = line.Swallow();
        var (announced, beaten) = (announcements.Count, beats.Count);
        // It has given up its session, and tried in vain to have another one.
        await bridge.States.UntilAsync(all => all.OfType<BridgeState.Failing>().Count() >= 2, "two failures");

        // One each half heartbeat, and one that was on its way.
        Assert.That(announcements.Count - announced, Is.LessThanOrEqualTo(6));
        Assert.That(beats.Count - beaten, Is.LessThanOrEqualTo(6));
    }

    [Test]
    public async Task WhenPostgresIsStoppedAndStarted_ReceiversHaveTheTruthAgain()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var stage = new Stage(server);
        var bridge = await stage.StartBridgeAtWorkAsync();
        var truth = await Truth.CreateAsync(server);
        await using var witness = await Witness.OfAsync(truth, stage.Listen());
        await truth.CommitAsync();
        await witness.UntilTrueAsync();

        await server.StopAsync();
        await bridge.UntilAsync<BridgeState.Failing>();
        await witness.UntilMissingAsync(NatsListenerError.NoBridgeAtWork);
        await server.StartAgainAsync();
        await witness.AssertRecoversAsync();
    }

    [Test]
    public async Task WhenABridgeIsReplacedWhileMuchIsSent_NothingIsMissingInSilence()
    {
        await using var stage = new Stage();
        var bridge = await stage.StartBridgeAtWorkAsync();
        var truth = await Truth.CreateAsync(stage.Postgres);
        await using var witness = await Witness.OfAsync(truth, stage.Listen());
        for (var round = 0; round < 5; round++)
        {
            var next = stage.StartBridge();
            await RunningBridge.UntilOneIsAtWorkAsync(bridge, next);
            var replacing = bridge.StopAsync();
            while (!replacing.IsCompleted || next.Bridge.CurrentState is not BridgeState.AtWork)
                await truth.CommitAsync();
            await replacing;
            await witness.UntilResyncAsync(ResyncReasons.Reconnected, round + 1);
            await witness.UntilTrueAsync();
            bridge = next;
        }

        await witness.AssertRecoversAsync();
    }
}
