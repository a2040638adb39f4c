using System.Diagnostics;

namespace Rx.PgNotify.IntegrationTests.Listening;

[Parallelizable(ParallelScope.All)]
public class HeartbeatTests
{
    static readonly PgListenerOptions s_options = new()
    {
        Heartbeat = TimeSpan.FromSeconds(1),
        ReconnectDelay = TimeSpan.FromMilliseconds(10),
    };

    [Test]
    public async Task AServerThatFallsSilentDuringAWait_IsLeftWithinTwoHeartbeats()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, s_options);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        using var hold = tap.HoldReplies();
        await AssertReconnectsAsync(recorder, Stopwatch.StartNew());
    }

    [Test]
    public async Task AServerThatDoesNotAnswerACommand_IsLeftWithinTwoHeartbeats()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, s_options);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        using var hold = tap.HoldReplies();
        var clock = Stopwatch.StartNew();
        using var second = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(new Recorder<ChannelSignal>());
        await AssertReconnectsAsync(recorder, clock);
    }

    [Test]
    public async Task ASilentButHealthyLine_IsKept()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, s_options);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        var roundTrips = tap.RoundTrips;

        await Eventually.IsTrueAsync(() => tap.RoundTrips >= roundTrips + 3, expectation: "three heartbeats");
        Assert.That(recorder.Count, Is.EqualTo(1));
        Assert.That(tap.Connections, Is.EqualTo(1));
    }

    static async Task AssertReconnectsAsync(Recorder<ChannelSignal> recorder, Stopwatch clock)
    {
        await recorder.UntilCountAsync(2);
        await TestContext.Out.WriteLineAsync($"reconnected after {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.That(recorder.Items[1].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2) + Eventually.BusyMachine), "two heartbeats, and a machine that is busy");
    }
}
