using Rx.PgNotify.Nats.IntegrationTests.Protocol;

namespace Rx.PgNotify.Nats.IntegrationTests.Receiving;

/// <summary>What is lost on the way is counted exactly, by the numbers of the messages that arrive.</summary>
[Parallelizable(ParallelScope.All)]
public class LossTests
{
    const string Channel = "orders";

    [Test]
    public async Task ARealMessageThatIsLost_IsReportedWithTheNextOne()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        await using var line = LossyNats.Start(stage.Nats);
        stage.StartBridge();
        var channel = stage.Listen(connection: stage.Connect(line.Url)).Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await channel.Signals.SubscribeAsync(recorder);
        await TestServer.DataSource.NotifyAsync(channel.Name, "first");
        await recorder.UntilCountAsync(2);

        using (line.Lose("to be lost"))
        {
            await stage.Postgres.ExecuteAsync($"SELECT pg_notify('{channel.Name}', 'to be lost ' || i) FROM generate_series(1, 17) i");
            await line.UntilLostAsync(17);
        }

        await TestServer.DataSource.NotifyAsync(channel.Name, "last");
        await recorder.UntilAsync(signals => signals.Payloads().Contains("last"), "the next notification");
        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "first", "last" }));
        Assert.That(recorder.Items.Skip(1).Resyncs().Select(signal => signal.Reasons), Is.All.EqualTo(ResyncReasons.Overflow));
        Assert.That(recorder.Items.Sum(signal => signal.Dropped), Is.EqualTo(17));
    }

    [Test]
    public async Task ARealMessageThatIsLost_AndIsTheLast_IsReportedWithTheBeat()
    {
        await using var stage = new Stage(heartbeat: Stage.Steady);
        await using var line = LossyNats.Start(stage.Nats);
        stage.StartBridge();
        var channel = stage.Listen(connection: stage.Connect(line.Url)).Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await channel.Signals.SubscribeAsync(recorder);
        using var loss = line.Lose("to be lost");
        await TestServer.DataSource.NotifyAsync(channel.Name, "to be lost");
        await recorder.UntilCountAsync(2);
        Assert.That(recorder.Items[1], Is.EqualTo(ChannelSignal.Resync(channel.Name, ResyncReasons.Overflow, dropped: 1)));
    }

    [Test]
    public async Task ANumberThatIsSkipped_IsCounted_WithTheNextMessageOrTheNextBeat()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await ForgedBridge.StartAsync(stage);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await stage.Listen().Channel(Channel).Signals.SubscribeAsync(recorder);

        await bridge.NotifyAsync(Channel, 0, "0");
        await bridge.NotifyAsync(Channel, 3, "3", "4");
        await bridge.BeatAsync(Channel, 5);
        await bridge.BeatAsync(Channel, 105);
        await bridge.NotifyAsync(Channel, 105, "105");
        await bridge.NotifyAsync(Channel, 1_000_000_107, "later");

        await recorder.UntilCountAsync(9);
        Assert.That(
            recorder.Items.Select(signal => signal.IsResync ? $"{signal.Reasons} {signal.Dropped}" : signal.Notification.Payload),
            Is.EqualTo(new[] { "Subscribed 0", "0", "Overflow 2", "3", "4", "Overflow 100", "105", "Overflow 1000000001", "later" }));
    }

    [Test]
    public async Task WhatWasLostBeforeSubscribing_IsNotCounted()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await ForgedBridge.StartAsync(stage);
        bridge.Answer = channels => Frames.Answer(bridge.Term, channels, ForgedBridge.Stream, next: 50);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await stage.Listen().Channel(Channel).Signals.SubscribeAsync(recorder);
        await bridge.NotifyAsync(Channel, 48, "48", "49"); // committed before the bridge has answered
        await bridge.NotifyAsync(Channel, 49, "49", "50", "51");
        await recorder.UntilCountAsync(3);
        Assert.That(recorder.Items.Skip(1).Select(signal => signal.Notification.Payload), Is.EqualTo(new[] { "50", "51" }));
    }

    [Test]
    public async Task WhatComesTwice_IsDeliveredOnce()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await ForgedBridge.StartAsync(stage);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await stage.Listen().Channel(Channel).Signals.SubscribeAsync(recorder);
        await bridge.NotifyAsync(Channel, 0, "0", "1", "2");
        await bridge.NotifyAsync(Channel, 0, "0", "1", "2"); // the same again
        await bridge.NotifyAsync(Channel, 1, "1", "2", "3"); // partly new
        await bridge.BeatAsync(Channel, 1);                  // of the past
        await bridge.NotifyAsync(Channel, 0, "0");
        await bridge.NotifyAsync(Channel, 4, "4");
        await recorder.UntilCountAsync(6);
        Assert.That(recorder.Items.Skip(1).Select(signal => signal.Notification.Payload), Is.EqualTo(new[] { "0", "1", "2", "3", "4" }));
    }

    [Test]
    public async Task AChannelThatTheBridgeHasLeftAndBegunAnew_IsAResync()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await ForgedBridge.StartAsync(stage);
        var stream = ForgedBridge.Stream;
        bridge.Answer = channels => Frames.Answer(bridge.Term, channels, Volatile.Read(ref stream), next: 0);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await stage.Listen().Channel(Channel).Signals.SubscribeAsync(recorder);
        await bridge.NotifyAsync(Channel, 0, "old");
        Volatile.Write(ref stream, 8);
        await bridge.SendAsync(Channel, Frames.Notifications(bridge.Term, 8, 0, "between"));
        await recorder.UntilCountAsync(3);
        await bridge.SendAsync(Channel, Frames.Notifications(bridge.Term, 8, 0, "new"));
        await recorder.UntilCountAsync(4);

        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "old", "new" }));
        Assert.That(recorder.Items[2].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
    }

    [Test]
    public async Task WhatIsLostOnTheWay_MeetsASlowSubscriber_InOneExactSum()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await ForgedBridge.StartAsync(stage);
        using var gate = new ManualResetEventSlim();
        var (dropped, received) = (0L, 0L);
        var sibling = new Recorder<ChannelSignal>();
        var signals = stage.Listen(options => options.BufferCapacity = 16).Channel(Channel).Signals;
        using var watching = await signals.SubscribeAsync(sibling);
        using var subscription = await signals.SubscribeAsync(signal =>
        {
            gate.Wait();
            (dropped, received) = (dropped + signal.Dropped, received + (signal.IsNotification ? 1 : 0));
        });
        // Every other one is lost on the way, and of the rest most are overrun.
        for (var i = 0; i < 1_000; i += 2)
            await bridge.NotifyAsync(Channel, i, $"{i}");
        await bridge.BeatAsync(Channel, 1_000);
        await bridge.BeatAsync(Channel, 1_001);

        await sibling.UntilAsync(seen => seen.Sum(signal => signal.Dropped + (signal.IsNotification ? 1 : 0)) == 1_001, "all have come");
        gate.Set();
        await Eventually.BecomesAsync(
            () => Task.FromResult(Interlocked.Read(ref dropped) + Interlocked.Read(ref received)), sum => sum == 1_001, expectation: "all are counted");
        Assert.That(received, Is.LessThan(500));
    }

    [Test]
    [LongTest] // three heartbeats pass before a receiver asks again
    public async Task ANumberThatTheAnswerToAnotherQuestionSkips_IsCountedToo()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var term = new Term(1, Stage.Steady);
        var bridge = await ForgedBridge.StartAsync(stage, term);
        bridge.Answer = channels => Frames.Answer(term, channels, ForgedBridge.Stream, next: bridge.Asks == 1 ? 0 : 5);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await stage.Listen().Channel(Channel).Signals.SubscribeAsync(recorder);
        // Beats that know nothing of it, so that the bridge is not given up.
        await Eventually.IsTrueAsync(async () =>
        {
            await bridge.BeatAsync(Channel, 0);
            return recorder.Count >= 2;
        });
        Assert.That(recorder.Items[1], Is.EqualTo(ChannelSignal.Resync(Channel, ResyncReasons.Overflow, dropped: 5)));
    }
}
