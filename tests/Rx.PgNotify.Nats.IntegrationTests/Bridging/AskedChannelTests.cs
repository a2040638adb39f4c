namespace Rx.PgNotify.Nats.IntegrationTests.Bridging;

/// <summary>A bridge listens to what receivers ask for, as long as they do.</summary>
[Parallelizable(ParallelScope.All)]
public class AskedChannelTests
{
    // The shortest that is possible: two times three heartbeats.
    static readonly TimeSpan s_linger = 6 * Stage.Steady;

    [Test]
    public async Task AChannelIsForwardedOnce_HoweverManyAskForIt()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        using var meters = new MeterRecorder();
        await stage.StartBridgeAtWorkAsync(options => (options.MeterFactory, options.Channels) = (meters, ["listed", "listed"]));
        await UntilForwardedAsync(meters, stage, 1);
        var name = UniqueChannel.Name();
        var (first, second) = (stage.Listen(), stage.Listen());
        using var a = await first.Channel(name).SubscribeAsync(_ => { });
        using var b = await second.Channel(name).SubscribeAsync(_ => { });
        using var c = await second.Channel("listed").SubscribeAsync(_ => { });
        await UntilForwardedAsync(meters, stage, 2);
        using var d = await second.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        await UntilForwardedAsync(meters, stage, 3);
    }

    [Test]
    public async Task AQuestionThatWaitsForPostgres_HoldsUpNoOther()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        await using var tap = WireTap.Start(stage.Postgres.ConnectionString);
        var bridge = stage.StartBridge(options => options.Channels = ["listed"], connectionString: tap.ConnectionString);
        await bridge.UntilAsync<BridgeState.AtWork>();
        using var first = await stage.Listen().Channel("listed").SubscribeAsync(_ => { });
        var name = UniqueChannel.Name();
        Task<IDisposable> waiting;
        using (tap.HoldReplies())
        {
            waiting = stage.Listen().Channel(name).SubscribeAsync(_ => { });
            await Eventually.IsTrueAsync(() => tap.Statements.Any(statement => statement.Contains(name, StringComparison.Ordinal)));
            using var second = await stage.Listen().Channel("listed").SubscribeAsync(_ => { }).WaitAsync(Eventually.Deadline);
            Assert.That(waiting.IsCompleted, Is.False);
        }

        using var third = await waiting.WaitAsync(Eventually.Deadline);
    }

    [Test]
    [LongTest] // twice the linger, which has a limit
    public async Task AChannelThatNobodyWants_IsLeftAfterTheLinger_AndOneThatIsWantedStays()
    {
        await using var stage = new Stage(heartbeat: Stage.Steady);
        using var meters = new MeterRecorder();
        await stage.StartBridgeAtWorkAsync(options => (options.MeterFactory, options.Linger) = (meters, s_linger));
        var listener = stage.Listen(options => options.Linger = TimeSpan.Zero);
        var (wanted, unwanted) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
        var (kept, left) = (listener.Channel(UniqueChannel.Name()), listener.Channel(UniqueChannel.Name()));
        using var keeping = await kept.Signals.SubscribeAsync(wanted);
        var leaving = await left.Signals.SubscribeAsync(unwanted);
        await UntilForwardedAsync(meters, stage, 2);
        leaving.Dispose();
        await UntilForwardedAsync(meters, stage, 1);

        // It begins anew when it is wanted again, and the other one was never left.
        using var again = await left.Signals.SubscribeAsync(unwanted);
        await TestServer.DataSource.NotifyAsync(left.Name, "again");
        await TestServer.DataSource.NotifyAsync(kept.Name, "still");
        await unwanted.UntilCountAsync(3);
        await wanted.UntilCountAsync(2);
        Assert.That(wanted.Items[1].Notification.Payload, Is.EqualTo("still"));
        Assert.That(unwanted.Items.Select(signal => signal.Reasons), Is.EqualTo(new[] { ResyncReasons.Subscribed, ResyncReasons.Subscribed, ResyncReasons.None }));
    }

    [Test]
    [LongTest] // twice the linger
    public async Task AChannelInUse_IsNeverLeft_HoweverManyOthersAreJoinedMeanwhile()
    {
        var heartbeat = TimeSpan.FromSeconds(2);
        await using var stage = new Stage(heartbeat: heartbeat);
        using var meters = new MeterRecorder();
        await stage.StartBridgeAtWorkAsync(options => (options.MeterFactory, options.Linger) = (meters, 6 * heartbeat));
        var listener = stage.Listen(options => options.Linger = TimeSpan.Zero);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await listener.Channel(UniqueChannel.Name()).Signals.SubscribeAsync(recorder);
        for (var i = 0; i < 24; i++)
        {
            using (await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { }))
                await Task.Delay(heartbeat / 2);
        }

        var epochs = meters.Read("pgnotify.nats.bridge.epochs", $"pgnotify.nats.prefix={stage.Prefix}")!.Value;
        Assert.That(recorder.Items.Skip(1).Resyncs().Count(), Is.LessThan(epochs), "on a busy machine the bridge may begin another epoch; nothing else is a Resync");
    }

    [Test]
    [LongTest] // as long as the linger
    public async Task AListedChannel_IsNeverLeft()
    {
        await using var stage = new Stage(heartbeat: Stage.Steady);
        using var meters = new MeterRecorder();
        await stage.StartBridgeAtWorkAsync(
            options => (options.MeterFactory, options.Linger, options.Channels) = (meters, s_linger, ["listed"]));
        using (await stage.Listen(options => options.Linger = TimeSpan.Zero).Channel(UniqueChannel.Name()).SubscribeAsync(_ => { }))
            await UntilForwardedAsync(meters, stage, 2);
        await UntilForwardedAsync(meters, stage, 1);
        using var subscription = await stage.Listen().Channel("listed").SubscribeAsync(_ => { });
        await UntilForwardedAsync(meters, stage, 1);
    }

    static Task UntilForwardedAsync(MeterRecorder meters, Stage stage, int channels) =>
        meters.UntilAsync("pgnotify.nats.bridge.channels", channels, $"pgnotify.nats.prefix={stage.Prefix}");
}
