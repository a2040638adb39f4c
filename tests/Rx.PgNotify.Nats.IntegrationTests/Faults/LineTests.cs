namespace Rx.PgNotify.Nats.IntegrationTests.Faults;

/// <summary>The line of a receiver, or of the bridge, to NATS is cut, falls silent, or is slow.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public class LineTests
{
    public enum Side
    {
        Receiver,
        Bridge,
    }

    [Test]
    public async Task ALineThatIsCut_LeavesReceiversWithTheTruth([Values] Side side, [Values] bool reset)
    {
        await using var stage = new Stage();
        await using var line = FaultProxy.Start("127.0.0.1", stage.Nats.Port);
        var bridge = await StartAsync(stage, line, side);
        var truth = await Truth.CreateAsync(stage.Postgres);
        await using var witness = await Witness.OfAsync(truth, Listen(stage, line, side));
        await truth.CommitAsync();
        await witness.UntilTrueAsync();
        for (var cut = 1; cut <= 3; cut++)
        {
            var accepted = line.Accepted;
            using (line.Refuse())
            {
                line.Cut(reset);
                await truth.CommitAsync();
            }

            // Whether or not a Resync was needed: a bridge that comes back soon enough has lost nothing.
            await witness.UntilTrueAsync();
            await Eventually.IsTrueAsync(() => line.Accepted > accepted, expectation: "the line should be replaced");
            if (side == Side.Receiver)
                await witness.UntilResyncAsync(ResyncReasons.Reconnected, cut);
        }

        await truth.CommitAsync();
        await witness.UntilTrueAsync();
        witness.AssertNothingIsMissingInSilence();
        Assert.That(line.Accepted, Is.GreaterThan(3));
        await bridge.UntilAsync<BridgeState.AtWork>();
    }

    [Test]
    public async Task ALineThatSwallowsEverything_IsNoticed_AndLeavesReceiversWithTheTruth([Values] Side side)
    {
        await using var stage = new Stage();
        await using var line = FaultProxy.Start("127.0.0.1", stage.Nats.Port);
        var bridge = await StartAsync(stage, line, side);
        var truth = await Truth.CreateAsync(stage.Postgres);
        await using var witness = await Witness.OfAsync(truth, Listen(stage, line, side));
        await truth.CommitAsync();
        await witness.UntilTrueAsync();

        using (line.Swallow())
        {
            await truth.CommitAsync();
            if (side == Side.Receiver)
                await witness.UntilMissingAsync(NatsListenerError.NatsUnavailable);
            else
                await bridge.UntilFailedAsync<NatsListenerException>(cause => cause.Error == NatsListenerError.NatsUnavailable);
        }

        await witness.AssertRecoversAsync();
    }

    [Test]
    public async Task AReceiverWhoseOldLineIsDead_RenewsItByItself()
    {
        await using var stage = new Stage();
        await using var line = FaultProxy.Start("127.0.0.1", stage.Nats.Port);
        await stage.StartBridgeAtWorkAsync();
        var truth = await Truth.CreateAsync(stage.Postgres);
        await using var witness = await Witness.OfAsync(truth, Listen(stage, line, Side.Receiver));

        // NATS.Net itself would notice it after minutes.
        using var hole = line.Swallow(newLines: false);
        await truth.CommitAsync();
        await witness.AssertRecoversAsync();
    }

    [Test]
    public async Task ASlowLine_DelaysAndLosesNothing()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        await using var line = FaultProxy.Start("127.0.0.1", stage.Nats.Port);
        await stage.StartBridgeAtWorkAsync();
        var channel = Listen(stage, line, Side.Receiver).Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await channel.Signals.SubscribeAsync(recorder);
        line.Delay = TimeSpan.FromMilliseconds(100);
        for (var i = 0; i < 20; i++)
            await TestServer.DataSource.NotifyAsync(channel.Name, $"{i}");
        await recorder.UntilCountAsync(21);
        Assert.That(recorder.Items.Payloads(), Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"{i}")));
    }

    [Test]
    public async Task TwoReceiversOnOneConnection_SurviveItsLossTogether()
    {
        await using var stage = new Stage();
        await using var line = FaultProxy.Start("127.0.0.1", stage.Nats.Port);
        await stage.StartBridgeAtWorkAsync();
        var truth = await Truth.CreateAsync(stage.Postgres);
        var shared = stage.Connect(NatsServer.UrlOf(line.Port));
        await using var first = await Witness.OfAsync(truth, stage.Listen(connection: shared));
        await using var second = await Witness.OfAsync(truth, stage.Listen(connection: shared));
        using (line.Refuse())
        {
            line.Cut();
            await truth.CommitAsync();
        }

        await first.AssertRecoversAsync();
        await second.AssertRecoversAsync();
    }

    static Task<RunningBridge> StartAsync(Stage stage, FaultProxy line, Side side) =>
        stage.StartBridgeAtWorkAsync(connection: side == Side.Bridge ? stage.Connect(NatsServer.UrlOf(line.Port)) : null);

    static NatsListener Listen(Stage stage, FaultProxy line, Side side) =>
        stage.Listen(connection: side == Side.Receiver ? stage.Connect(NatsServer.UrlOf(line.Port)) : null);
}
