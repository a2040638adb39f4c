using System.Diagnostics;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Listening;

[Parallelizable(ParallelScope.All)]
public class ReconnectTests
{
    static readonly TimeSpan s_cap = TimeSpan.FromMilliseconds(500);

    [Test]
    public async Task AServerThatWasDownForFiveSeconds_IsListenedToAgainWithinTheCapOfTheBackoff()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var listener = new PgListener(
            server.ConnectionString, new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(10), MaxReconnectDelay = s_cap });
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        await server.StopAsync();
        var clock = Stopwatch.StartNew();
        _ = await listener.State
            .FirstAsync(state => state is ListenerState.Reconnecting && clock.Elapsed >= TimeSpan.FromSeconds(5))
            .Timeout(Eventually.Deadline);
        await server.StartAgainAsync();
        clock.Restart();
        await recorder.UntilCountAsync(2);

        await TestContext.Out.WriteLineAsync($"back {clock.ElapsedMilliseconds} ms after the server");
        Assert.That(recorder.Items[1].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
        Assert.That(clock.Elapsed, Is.LessThan(s_cap + Eventually.BusyMachine), "the cap, and a machine that is busy");
    }

    [Test]
    public async Task DisposingWhileTheServerIsPaused_ReturnsWithinItsLimit()
    {
        await using var server = await TestServer.StartOwnAsync();
        var listener = new PgListener(server.ConnectionString);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        await server.PauseAsync();
        try
        {
            var clock = Stopwatch.StartNew();
            await listener.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
            await TestContext.Out.WriteLineAsync($"disposed in {clock.ElapsedMilliseconds} ms");
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2) + Eventually.BusyMachine), "two seconds, and a machine that is busy");
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
            await using var listener = new PgListener(
                $"{server.ConnectionString};{setting}", new PgListenerOptions { Linger = TimeSpan.Zero });
            var subscription = listener.Channel("a").Subscribe(_ => { });
            _ = await listener.State.FirstAsync(state => state is ListenerState.Connecting).Timeout(Eventually.Deadline);
            var clock = Stopwatch.StartNew();
            subscription.Dispose();
            _ = await listener.State.FirstAsync(state => state is ListenerState.Idle).Timeout(TimeSpan.FromSeconds(30));
            await TestContext.Out.WriteLineAsync($"idle after {clock.ElapsedMilliseconds} ms");
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2) + Eventually.BusyMachine), "two seconds, and a machine that is busy");
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
