using Rx.PgNotify.Nats.IntegrationTests.Protocol;

namespace Rx.PgNotify.Nats.IntegrationTests.Receiving;

/// <summary>A bridge that has lost its role and does not know it does no harm: it is recognised by its epoch.</summary>
[Parallelizable(ParallelScope.All)]
public class FencingTests
{
    const string Channel = "orders";
    static readonly Term s_older = new(1, Term.Patient);
    static readonly Term s_newer = new(2, Term.Patient);
    static readonly Term s_newest = new(3, Term.Patient);

    [Test]
    public async Task WhatAnOlderEpochSends_IsNotHeard_AsLongAsTheNewerOneLives()
    {
        using var meters = new MeterRecorder();
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await ForgedBridge.StartAsync(stage, s_newer);
        var listener = stage.Listen(options => options.MeterFactory = meters);
        var states = new Recorder<ListenerState>();
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await listener.Channel(Channel).Signals.SubscribeAsync(recorder);
        using var watching = listener.State.Subscribe(states);

        await bridge.NotifyAsync(Channel, 0, "0");
        await bridge.SendAsync(Channel, Frames.Notifications(s_older, ForgedBridge.Stream, 1, "late"));
        await bridge.SendAsync(Channel, Frames.Notifications(s_older, 99, 0, "late, and of another stream"));
        await bridge.SendAsync(Channel, Frames.Beat(s_older, ForgedBridge.Stream, 100));
        bridge.Term = s_older;
        await bridge.AnnounceAsync();
        bridge.Term = s_newer;
        await bridge.NotifyAsync(Channel, 1, "1");

        await recorder.UntilCountAsync(3);
        Assert.That(recorder.Items.Skip(1).Select(signal => signal.Notification.Payload), Is.EqualTo(new[] { "0", "1" }));
        Assert.That(states.Items, Has.None.InstanceOf<ListenerState.Reconnecting>());
        Assert.That(meters.Read("pgnotify.nats.receiver.fenced.messages"), Is.EqualTo(4));
    }

    [Test]
    public async Task AnAnswerOfAnOlderEpoch_IsNotBelieved()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await ForgedBridge.StartAsync(stage, s_newer);
        var listener = stage.Listen();
        var first = new Recorder<ChannelSignal>();
        using var subscription = await listener.Channel(Channel).Signals.SubscribeAsync(first);

        // It answers the next question, for another channel.
        bridge.Answer = channels => Frames.Answer(s_older, channels, stream: 99, next: 0);
        var second = new Recorder<ChannelSignal>();
        using var other = listener.Channel("other").Signals.Subscribe(second);
        await UntilReplacedAsync(listener);
        await bridge.SendAsync("other", Frames.Notifications(s_older, 99, 0, "late"));
        Assert.That(second.Count, Is.Zero);

        bridge.Answer = null;
        await second.UntilCountAsync(1);
        await first.UntilCountAsync(2);
        await bridge.NotifyAsync("other", 0, "genuine");
        await second.UntilCountAsync(2);
        Assert.That(first.Items.Select(signal => signal.Reasons), Is.EqualTo(new[] { ResyncReasons.Subscribed, ResyncReasons.Reconnected }));
        Assert.That(second.Items.Payloads(), Is.EqualTo(new[] { "genuine" }));
    }

    [Test]
    public async Task ANewerEpoch_IsAResync_WhereverItIsHeardFirst([Values("notification", "beat", "announcement", "answer")] string what)
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await ForgedBridge.StartAsync(stage, s_older);
        var listener = stage.Listen();
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await listener.Channel(Channel).Signals.SubscribeAsync(recorder);
        await bridge.NotifyAsync(Channel, 0, "old");
        await recorder.UntilCountAsync(2);

        bridge.Term = s_newer;
        using var another = what == "answer" ? listener.Channel("other").Signals.Subscribe(new Recorder<ChannelSignal>()) : null;
        if (what == "announcement")
            await bridge.AnnounceAsync();
        else if (what == "beat")
            await bridge.BeatAsync(Channel, 1);
        else if (what == "notification")
            await bridge.NotifyAsync(Channel, 1, "before the Resync");
        await recorder.UntilCountAsync(3);
        await bridge.NotifyAsync(Channel, 0, "new");
        await recorder.UntilCountAsync(4);

        Assert.That(recorder.Items[2].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "old", "new" }));
    }

    [Test]
    public async Task AfterAFailoverToAServerWhoseClockIsBehind_TheOlderEpochIsHeard_OnceTheNewerOneIsSilent()
    {
        await using var stage = new Stage();
        // Announced twice a heartbeat, as a real one would be, and then no more.
        var brief = new Term(3, TimeSpan.FromMilliseconds(200));
        var bridge = await ForgedBridge.StartAsync(stage, brief);
        bridge.Answer = channels => Frames.Answer(bridge.Term, channels, ForgedBridge.Stream, bridge.NextGenuine);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await stage.Listen().Channel(Channel).Signals.SubscribeAsync(recorder);
        bridge.Term = s_newer;
        await bridge.IsHeardAsync(Channel, recorder);
        Assert.That(recorder.Items.Payloads(), Has.All.StartsWith("genuine"));
        Assert.That(recorder.Items.Resyncs().Select(signal => signal.Reasons).Distinct(), Is.EqualTo(new[] { ResyncReasons.Subscribed, ResyncReasons.Reconnected }));
    }

    [Test]
    public async Task ASilentBridge_IsGivenUp_AndAReceiverLooksForAnother()
    {
        await using var stage = new Stage();
        var bridge = await ForgedBridge.StartAsync(stage, new Term(1, TimeSpan.FromMilliseconds(100)));
        bridge.Answer = channels => bridge.Term == s_newest || channels == 0 || bridge.Asks == 1 ? Frames.Answer(bridge.Term, channels, ForgedBridge.Stream, 0) : null;
        var listener = stage.Listen(options => options.AnswerTimeout = TimeSpan.FromMilliseconds(100));
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await listener.Channel(Channel).Signals.SubscribeAsync(recorder);
        await states.UntilAsync(
            all => all.OfType<ListenerState.Reconnecting>().Any(state => state.Cause is NatsListenerException { Error: NatsListenerError.NoBridge }), "silence is noticed");

        bridge.Term = s_newest;
        await recorder.UntilCountAsync(2);
        Assert.That(recorder.Items[1].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
    }

    static Task<ListenerState> UntilReplacedAsync(NatsListener listener) => Eventually.BecomesAsync(
        () => Task.FromResult(listener.CurrentState),
        state => state is ListenerState.Reconnecting { Cause: NatsListenerException { Error: NatsListenerError.BridgeReplaced } },
        expectation: "the state says that the bridge was replaced");
}
