using System.Diagnostics;

namespace Rx.PgNotify.IntegrationTests.Listening;

[Parallelizable(ParallelScope.All)]
public class HeartbeatTests
{
    static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(2);

    static readonly PgListenerOptions s_options = new() { Heartbeat = s_heartbeat, ReconnectDelay = TimeSpan.FromMilliseconds(10) };

    [Test]
    public async Task AServerThatFallsSilentDuringAWait_IsLeftWithinTwoHeartbeats()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, s_options);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        await using var clock = await HeartbeatClock.StartAsync(s_heartbeat);

        var start = clock.Beats;
        using var hold = tap.HoldReplies();
        await AssertIsLeftAsync(tap, recorder, clock, start);
    }

    [Test]
    public async Task AServerThatDoesNotAnswerACommand_IsLeftWithinTwoHeartbeats()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, s_options);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        await using var clock = await HeartbeatClock.StartAsync(s_heartbeat);

        var start = clock.Beats;
        using var hold = tap.HoldReplies();
        using var second = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(new Recorder<ChannelSignal>());
        await AssertIsLeftAsync(tap, recorder, clock, start);
    }

    [Test]
    public async Task AHeartbeatWithAFraction_IsKeptToIt()
    {
        var heartbeat = TimeSpan.FromSeconds(1.4);
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var clock = await HeartbeatClock.StartAsync(heartbeat);
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { Heartbeat = heartbeat, ReconnectDelay = TimeSpan.FromMilliseconds(10) });
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        var (start, silence) = (clock.Beats, Stopwatch.StartNew());
        using var hold = tap.HoldReplies();
        using var second = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(new Recorder<ChannelSignal>());
        await Eventually.IsTrueAsync(() => tap.Connections >= 2, expectation: "another connection");
        Assert.That(silence.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(2.5)), "a command has two heartbeats, 2.8 seconds, and not 2");
        await AssertIsLeftAsync(tap, recorder, clock, start);
    }

    [Test, LongTest]
    public async Task ASilentButHealthyLine_IsKept()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        // So long that a busy machine answers in time.
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { Heartbeat = TimeSpan.FromSeconds(4) });
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        var roundTrips = tap.RoundTrips;

        await Eventually.IsTrueAsync(() => tap.RoundTrips >= roundTrips + 3, expectation: "three heartbeats");
        Assert.That(recorder.Count, Is.EqualTo(1));
        Assert.That(tap.Connections, Is.EqualTo(1));
    }

    static async Task AssertIsLeftAsync(WireTap tap, Recorder<ChannelSignal> recorder, HeartbeatClock clock, int start)
    {
        await Eventually.BecomesAsync(() => Task.FromResult(tap.Connections), connections => connections >= 2);
        var beats = clock.Beats - start;
        await TestContext.Out.WriteLineAsync($"left in {beats} beats");
        Assert.That(beats, Is.LessThanOrEqualTo(HeartbeatClock.MostBeatsIn(2)));
        await recorder.UntilCountAsync(2);
        Assert.That(recorder.Items[1].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
    }
}
