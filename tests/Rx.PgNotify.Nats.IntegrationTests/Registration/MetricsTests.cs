using Rx.PgNotify.Nats.IntegrationTests.Protocol;

namespace Rx.PgNotify.Nats.IntegrationTests.Registration;

[Parallelizable(ParallelScope.All)]
public class MetricsTests
{
    [Test]
    public async Task ABridge_CountsWhatItForwards_AndSaysWhetherItIsAtWork()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        using var meters = new MeterRecorder();
        var tags = $"pgnotify.nats.prefix={stage.Prefix}";
        var bridge = await stage.StartBridgeAtWorkAsync(options => options.MeterFactory = meters);
        Assert.That(meters.Read("pgnotify.nats.bridge.at_work", tags), Is.EqualTo(1));
        Assert.That(meters.Read("pgnotify.nats.bridge.epochs", tags), Is.EqualTo(1));
        var channel = stage.Listen().Channel(UniqueChannel.Name());
        var recorder = new Recorder<Notification>();
        using var subscription = await channel.SubscribeAsync(recorder);
        await meters.UntilAsync("pgnotify.nats.bridge.channels", 1, tags);
        await stage.Postgres.ExecuteAsync($"SELECT pg_notify('{channel.Name}', i::text) FROM generate_series(1, 1000) i");
        await recorder.UntilCountAsync(1_000);
        await meters.UntilAsync("pgnotify.nats.bridge.forwarded.notifications", 1_000, tags);
        Assert.That(meters.Read("pgnotify.nats.bridge.messages", tags), Is.InRange(1, 100), "a burst shares messages");

        await stage.Postgres.KillBackendsAsync(bridge.Application);
        await meters.UntilAsync("pgnotify.nats.bridge.epochs", 2, tags);
        await meters.UntilAsync("pgnotify.nats.bridge.at_work", 1, tags);
        await bridge.StopAsync();
        Assert.That(meters.Read("pgnotify.nats.bridge.at_work", tags), Is.Zero);
        await meters.UntilAsync("pgnotify.nats.bridge.channels", 0, tags);
    }

    [Test]
    public async Task AReceiver_CountsEpochsAndWhatIsLost_AndMeasuresTheLag()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        using var meters = new MeterRecorder();
        var bridge = await ForgedBridge.StartAsync(stage, new Term(1_000, Term.Patient));
        var listener = stage.Listen(options => (options.MeterFactory, options.Name) = (meters, "view"));
        const string Tags = "pgnotify.listener.name=view";
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await listener.Channel("a").Signals.SubscribeAsync(recorder);
        Assert.That(meters.Read("pgnotify.nats.receiver.epochs", Tags), Is.EqualTo(1));
        Assert.That(meters.Read("pgnotify.nats.receiver.epoch", Tags), Is.EqualTo(1_000));
        Assert.That(meters.Read("pgnotify.nats.receiver.lost.notifications", Tags), Is.Null);

        await bridge.NotifyAsync("a", 0, "0");
        await bridge.NotifyAsync("a", 10, "10");
        await bridge.BeatAsync("a", 13);
        await recorder.UntilAsync(signals => signals.Sum(signal => signal.Dropped) == 11, "what is lost");
        await meters.UntilAsync("pgnotify.nats.receiver.lost.notifications", 11, Tags);
        Assert.That(meters.All("pgnotify.nats.receiver.lag", Tags), Is.Not.Empty.And.All.InRange(0, 60));

        bridge.Term = new Term(2_000, Term.Patient);
        await bridge.AnnounceAsync();
        await meters.UntilAsync("pgnotify.nats.receiver.epochs", 2, Tags);
        await meters.UntilAsync("pgnotify.nats.receiver.epoch", 2_000, Tags);
        Assert.That(meters.Read("pgnotify.nats.receiver.fenced.messages", Tags), Is.Null);
    }

    [Test]
    public async Task EachInstrument_HasAUnitAndADescription()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        using var meters = new MeterRecorder();
        await stage.StartBridgeAtWorkAsync(options => options.MeterFactory = meters);
        using var subscription = await stage.Listen(options => options.MeterFactory = meters).Channel("a").SubscribeAsync(_ => { });
        var instruments = meters.Instruments.Where(instrument => instrument.Meter.Name == "Rx.PgNotify.Nats").ToList();
        Assert.That(instruments.Select(instrument => instrument.Name), Is.Unique.And.All.StartsWith("pgnotify.nats."));
        Assert.That(instruments, Has.Count.EqualTo(10));
        Assert.That(instruments.Select(instrument => instrument.Description), Is.All.Not.Empty);
    }

    [Test]
    public async Task AReceiversLog_HasNoPayload_AndSaysWhatWasLost()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var (receiver, bridgeLog) = (new LogRecorder(), new LogRecorder());
        var bridge = await stage.StartBridgeAtWorkAsync(options => options.LoggerFactory = bridgeLog);
        await using var line = LossyNats.Start(stage.Nats);
        var listener = stage.Listen(options => options.LoggerFactory = receiver, stage.Connect(line.Url));
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await channel.Signals.SubscribeAsync(recorder);
        using (line.Lose("s3cr3t"))
        {
            await TestServer.DataSource.NotifyAsync(channel.Name, "s3cr3t");
            await line.UntilLostAsync(1);
        }

        await TestServer.DataSource.NotifyAsync(channel.Name, "s3cr3t too");
        await recorder.UntilCountAsync(3);
        await stage.Postgres.KillBackendsAsync(bridge.Application);
        await recorder.UntilCountAsync(4);
        await bridge.StopAsync();
        Assert.That(receiver.Text, Does.Contain("A bridge at work is found").And.Contain($"1 notifications of channel {channel.Name} were lost"));
        Assert.That(bridgeLog.Text, Does.Contain("The bridge is at work, epoch").And.Contain("not at work any more"));
        Assert.That(receiver.Text + bridgeLog.Text, Does.Not.Contain("s3cr3t"));
    }
}
