using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.IntegrationTests.Servers;

/// <summary>A session pooler is told from a transaction pooler by a notification; the network may fail meanwhile.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class PoolerProbeTests
{
    const string Probe = "SELECT pg_notify($1, $2)";

    static readonly PgListenerOptions s_quick = new()
    {
        Heartbeat = TimeSpan.FromSeconds(4), // so long a pooler is given to let a notification through, on a busy machine too
        ReconnectDelay = TimeSpan.FromMilliseconds(20),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
    };

    PostgresServer _server = null!;
    PgBouncer _bouncer = null!;

    [OneTimeSetUp]
    public async Task StartServerAsync()
    {
        _server = await TestServer.StartOwnAsync();
        _bouncer = await PgBouncer.StartAsync(_server, "session");
    }

    [OneTimeTearDown]
    public async Task StopServerAsync()
    {
        if (_bouncer is not null)
            await _bouncer.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task WhenTheListenersLineFallsSilentDuringTheProbe_ItIsTriedAgain()
    {
        await using var tap = WireTap.Start(_bouncer.ConnectionString);
        using var silence = tap.HoldRepliesOfOthersAt(Probe);
        await using var listener = new PgListener(tap.ConnectionString, s_quick);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);

        await recorder.UntilAsync(items => items.Count > 0 || recorder.HasEnded, "it should listen over another line");
        Assert.That(recorder.Error, Is.Null, "a line that is silent says nothing about the pooler");
        await recorder.UntilSubscribedAsync();
        Assert.That(tap.Connections, Is.GreaterThan(2), "the silent one, the probe's, and another");
    }

    [Test]
    public async Task WhenAllLinesAreLostDuringTheProbe_ItIsTriedAgainUntilTheyHeal()
    {
        await using var tap = WireTap.Start(_bouncer.ConnectionString);
        await using var proxy = FaultProxy.Start(tap.ConnectionString);
        var hold = tap.HoldRepliesTo(Probe);
        await using var listener = new PgListener(proxy.ConnectionString, s_quick);
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await UntilProbedAsync(tap);

        using (proxy.Swallow())
        {
            hold.Dispose();
            await states.UntilAsync(
                items => recorder.HasEnded || items.Any(state => state is ListenerState.Reconnecting), "the lost lines should be noticed");
            Assert.That(recorder.Error, Is.Null);
        }

        await recorder.UntilSubscribedAsync();
    }

    [Test]
    public async Task WhenAllLinesAreLostDuringTheProbe_DisposingReturnsWithinItsLimit()
    {
        await using var tap = WireTap.Start(_bouncer.ConnectionString);
        await using var proxy = FaultProxy.Start(tap.ConnectionString);
        using var hold = tap.HoldRepliesTo(Probe);
        await using var clock = await HeartbeatClock.StartAsync(TimeSpan.FromSeconds(2)); // the limit
        var listener = new PgListener(proxy.ConnectionString, s_quick);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await UntilProbedAsync(tap);
        using var blackHole = proxy.Swallow();

        var start = clock.Beats;
        await listener.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
        var beats = clock.Beats - start;
        await TestContext.Out.WriteLineAsync($"disposed in {beats} beats");
        Assert.That(beats, Is.LessThanOrEqualTo(HeartbeatClock.MostBeatsIn(1)));
        await recorder.UntilEndedAsync();
        Assert.That(recorder.HasCompleted);
    }

    static Task UntilProbedAsync(WireTap tap) => Eventually.IsTrueAsync(
        () => tap.Statements.Contains(Probe, StringComparer.Ordinal), expectation: "a notification should be sent to probe the pooler");
}
