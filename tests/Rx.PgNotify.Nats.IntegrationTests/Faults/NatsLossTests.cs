namespace Rx.PgNotify.Nats.IntegrationTests.Faults;

/// <summary>The NATS server is lost, or stands still.</summary>
[Parallelizable(ParallelScope.All)]
public class NatsLossTests
{
    [Test]
    public async Task WhenTheServerIsKilledAndStartedAgain_ReceiversHaveTheTruthAgain([Values] bool isNoticedByTheBridge)
    {
        await using var nats = await NatsServer.StartAsync();
        await using var stage = new Stage(nats: nats);
        var bridge = await stage.StartBridgeAtWorkAsync();
        var truth = await Truth.CreateAsync(stage.Postgres);
        await using var witness = await Witness.OfAsync(truth, stage.Listen());
        await truth.CommitAsync();
        await witness.UntilTrueAsync();

        await nats.KillAsync();
        await truth.CommitAsync();
        if (isNoticedByTheBridge)
        {
            await bridge.UntilFailedAsync<NatsListenerException>(cause => cause.Error == NatsListenerError.NatsUnavailable);
            await witness.UntilMissingAsync(NatsListenerError.NatsUnavailable);
        }

        await nats.StartAgainAsync();
        await witness.AssertRecoversAsync();
        await bridge.UntilAsync<BridgeState.AtWork>();
    }

    [Test]
    public async Task WhenTheServerStandsStill_AndGoesOn_ReceiversHaveTheTruthAgain()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var stage = new Stage(nats: nats);
        var bridge = await stage.StartBridgeAtWorkAsync();
        var truth = await Truth.CreateAsync(stage.Postgres);
        await using var witness = await Witness.OfAsync(truth, stage.Listen());
        await truth.CommitAsync();
        await witness.UntilTrueAsync();

        await nats.PauseAsync();
        try
        {
            await truth.CommitAsync();
            // Two heartbeats, and more: each side says what it misses.
            await bridge.UntilFailedAsync<NatsListenerException>(cause => cause.Error == NatsListenerError.NatsUnavailable);
            await witness.UntilMissingAsync(NatsListenerError.NatsUnavailable);
            await truth.CommitAsync();
        }
        finally
        {
            await nats.ResumeAsync();
        }

        await witness.AssertRecoversAsync();
        await bridge.UntilAsync<BridgeState.AtWork>();
    }

    [Test]
    public async Task ABridgeThatLosesNats_LeavesTheRoleToOneThatHasIt()
    {
        await using var stage = new Stage();
        await using var line = FaultProxy.Start("127.0.0.1", stage.Nats.Port);
        var first = await stage.StartBridgeAtWorkAsync(connection: stage.Connect(NatsServer.UrlOf(line.Port)));
        var second = stage.StartBridge();
        await second.UntilAsync<BridgeState.StandingBy>();
        var truth = await Truth.CreateAsync(stage.Postgres);
        await using var witness = await Witness.OfAsync(truth, stage.Listen());

        using (line.Swallow())
        {
            await truth.CommitAsync();
            await second.UntilAsync<BridgeState.AtWork>();
            await first.UntilFailedAsync<NatsListenerException>(cause => cause.Error == NatsListenerError.NatsUnavailable);
            await witness.AssertRecoversAsync();
        }

        await RunningBridge.UntilOneIsAtWorkAsync(first, second);
    }

    [Test]
    public async Task WhenTheFirstThingIsThatNatsIsMissing_EachSideSaysSo_AndComesWhenItComes()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var stage = new Stage(nats: nats);
        await nats.KillAsync();
        var bridge = stage.StartBridge();
        var listener = stage.Listen();
        var subscribing = listener.Channel("a").SubscribeAsync(_ => { });
        await bridge.UntilFailedAsync<NatsListenerException>(cause => cause.Error == NatsListenerError.NatsUnavailable);
        await Eventually.BecomesAsync(
            () => Task.FromResult(listener.CurrentState),
            state => state is ListenerState.Reconnecting { Cause: NatsListenerException { Error: NatsListenerError.NatsUnavailable } });

        await nats.StartAgainAsync();
        using var subscription = await subscribing.WaitAsync(Eventually.Deadline);
        await bridge.UntilAsync<BridgeState.AtWork>();
    }

    [Test]
    public async Task AConnectionThatTheApplicationDisposes_IsMissed_AndDisposalGoesOn()
    {
        await using var stage = new Stage();
        var (ofBridge, ofReceiver) = (stage.Connect(), stage.Connect());
        var bridge = await stage.StartBridgeAtWorkAsync(connection: ofBridge);
        var listener = stage.Listen(connection: ofReceiver);
        var recorder = new Recorder<Notification>();
        using var subscription = await listener.Channel("a").SubscribeAsync(recorder);
        await ofReceiver.DisposeAsync();
        await ofBridge.DisposeAsync();
        await bridge.UntilFailedAsync<NatsListenerException>(cause => cause.Error == NatsListenerError.NatsUnavailable);
        await Eventually.BecomesAsync(
            () => Task.FromResult(listener.CurrentState),
            state => state is ListenerState.Reconnecting { Cause: NatsListenerException { Error: NatsListenerError.NatsUnavailable } });

        await listener.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
        await recorder.UntilEndedAsync();
        Assert.That(recorder.HasCompleted);
        await bridge.StopAsync();
    }
}
