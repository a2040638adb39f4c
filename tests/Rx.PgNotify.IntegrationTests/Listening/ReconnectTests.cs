using System.Diagnostics;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Listening;

[Parallelizable(ParallelScope.All)]
public class ReconnectTests
{
    static readonly TimeSpan s_cap = TimeSpan.FromMilliseconds(500);

    // In which a listener ends or goes idle, whatever the server does.
    static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    [Test, LongTest]
    public async Task AServerThatWasDownForFiveSeconds_IsListenedToAgainWithinTheCapOfTheBackoff()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var proxy = FaultProxy.Start(server.ConnectionString);
        await using var listener = new PgListener(
            proxy.ConnectionString, new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(10), MaxReconnectDelay = s_cap });
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        await server.StopAsync();
        var clock = Stopwatch.StartNew();
        _ = await listener.State
            .FirstAsync(state => state is ListenerState.Reconnecting && clock.Elapsed >= TimeSpan.FromSeconds(5))
            .Timeout(Eventually.Deadline);
        await server.StartAgainAsync();
        var attempts = proxy.Accepted;
        await recorder.UntilCountAsync(2);

        await TestContext.Out.WriteLineAsync($"{attempts} attempts, and {proxy.Accepted - attempts} after the server was back");
        Assert.That(recorder.Items[1].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
        Assert.That(proxy.Accepted - attempts, Is.LessThanOrEqualTo(2), "one that was just failing, and the next one");
        var delays = states.Items.OfType<ListenerState.Reconnecting>().Select(state => state.Delay).ToList();
        Assert.That(delays, Is.All.LessThanOrEqualTo(s_cap));
        Assert.That(delays.Max(), Is.GreaterThanOrEqualTo(s_cap / 2), "the cap was reached, or this has tested nothing");
    }

    [Test]
    public async Task AnAttemptAtOnceAfterALoss_IsReconnecting_WithTheCause()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { Scheduler = new HastyScheduler() });
        var states = new Recorder<ListenerState>();
        using var subscription = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        await Eventually.IsTrueAsync(() => listener.CurrentState is ListenerState.Listening);
        using var watching = listener.State.Subscribe(states);
        await states.UntilCountAsync(1); // states are conflated: the loss could take the place of the one before
        using (tap.RefuseConnections())
        {
            tap.Cut();
            await states.UntilAsync(items => items.OfType<ListenerState.Reconnecting>().Any(), "the loss should be a state");
        }

        await states.UntilAsync(items => items.OfType<ListenerState.Listening>().Count() > 1, "it should listen again");
        Assert.That(states.Items.OfType<ListenerState.Connecting>(), Is.Empty);
        Assert.That(states.Items.OfType<ListenerState.Reconnecting>().First().Cause, Is.Not.Null);
    }

    [Test]
    public async Task DisposingWhileTheServerIsPaused_ReturnsWithinItsLimit()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var clock = await HeartbeatClock.StartAsync(s_limit);
        // No heartbeat ends the line before.
        var listener = new PgListener(server.ConnectionString, new PgListenerOptions { Heartbeat = TimeSpan.FromHours(1) });
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        await server.PauseAsync();
        try
        {
            var start = clock.Beats;
            await listener.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
            var beats = clock.Beats - start;
            await TestContext.Out.WriteLineAsync($"disposed in {beats} beats");
            Assert.That(beats, Is.LessThanOrEqualTo(HeartbeatClock.MostBeatsIn(1)));
            await recorder.UntilEndedAsync();
            Assert.That(recorder.HasCompleted);
        }
        finally
        {
            await server.ResumeAsync();
        }
    }

    [TestCase("SSL Mode=Disable;GSS Encryption Mode=Disable")]
    [TestCase("")]
    public async Task WhenTheLastSubscriberGoesWhileAConnectHangs_TheListenerGoesIdle(string setting)
    {
        await using var server = await TestServer.StartOwnAsync();
        await server.PauseAsync();
        try
        {
            await using var clock = await HeartbeatClock.StartAsync(s_limit);
            // The attempt would not end by itself before the test does.
            await using var listener = new PgListener(
                $"{server.ConnectionString};Timeout=1000;{setting}", new PgListenerOptions { Linger = TimeSpan.Zero });
            var subscription = listener.Channel("a").Subscribe(_ => { });
            _ = await listener.State.FirstAsync(state => state is ListenerState.Connecting).Timeout(Eventually.Deadline);
            var start = clock.Beats;
            subscription.Dispose();
            _ = await listener.State.FirstAsync(state => state is ListenerState.Idle).Timeout(Eventually.Deadline);
            var beats = clock.Beats - start;
            await TestContext.Out.WriteLineAsync($"idle in {beats} beats");
            Assert.That(beats, Is.LessThanOrEqualTo(HeartbeatClock.MostBeatsIn(1)));
        }
        finally
        {
            await server.ResumeAsync();
        }
    }

    [Test]
    public async Task SubscribingAndDisposingDuringTheBackoff_NeedsNoSecondConnection()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(10) });
        var stays = new Recorder<ChannelSignal>();
        var (first, second, third) = (UniqueChannel.Name(), UniqueChannel.Name(), UniqueChannel.Name());
        using var a = listener.Channel(first).Signals.Subscribe(stays);
        var b = await listener.Channel(second).SubscribeAsync(_ => { });
        await stays.UntilSubscribedAsync();

        var refusal = tap.RefuseConnections();
        tap.Cut();
        _ = await listener.State.FirstAsync(state => state is ListenerState.Reconnecting { Attempt: >= 3 });
        b.Dispose();
        var newcomer = new Recorder<ChannelSignal>();
        using var c = listener.Channel(third).Signals.Subscribe(newcomer);
        refusal.Dispose();

        await newcomer.UntilSubscribedAsync();
        await stays.UntilCountAsync(2);
        Assert.That(tap.OpenConnections, Is.EqualTo(1));
        Assert.That(await tap.AskAsync("SELECT pg_listening_channels()"), Is.EquivalentTo(new[] { first, third }), "what only lingered is forgotten");
    }

    [Test]
    public async Task AfterAReconnect_TheLastSubscriberOfAChannelStillCausesUnlisten()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(10), Linger = TimeSpan.Zero });
        var stays = new Recorder<ChannelSignal>();
        var (staying, leaving) = (UniqueChannel.Name(), UniqueChannel.Name());
        using var a = listener.Channel(staying).Signals.Subscribe(stays);
        var b = await listener.Channel(leaving).SubscribeAsync(_ => { });
        await stays.UntilSubscribedAsync();
        tap.Cut();
        await stays.UntilCountAsync(2);

        b.Dispose();
        await Eventually.IsTrueAsync(async () => (await tap.AskAsync("SELECT pg_listening_channels()")).SequenceEqual([staying]));
    }

    [Test]
    public async Task ARefusedChannel_FailsAllWhoShareIt()
    {
        await using var server = await TestServer.StartOwnAsync(options => options.Encoding = "LATIN1");
        await using var listener = new PgListener(server.ConnectionString);
        var sharers = Enumerable.Range(0, 3).Select(_ => new Recorder<Notification>()).ToArray();
        foreach (var sharer in sharers)
            listener.Channel("日本").Subscribe(sharer);
        foreach (var sharer in sharers)
            await sharer.UntilEndedAsync();
        var errors = sharers.Select(sharer => sharer.Error).ToArray();
        Assert.That(errors, Is.All.InstanceOf<PgListenerException>());
        Assert.That(errors, Is.Unique, "each observer gets an exception of its own");
    }
}
