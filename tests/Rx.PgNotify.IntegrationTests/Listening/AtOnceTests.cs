using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Rx.PgNotify.IntegrationTests.Servers;

namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>After one break the listener is back at once, and many that lost one server do not come back as one.</summary>
[Parallelizable(ParallelScope.All)]
public class AtOnceTests
{
    static readonly TimeSpan s_delay = TimeSpan.FromHours(1);

    [Test]
    public async Task AConnectionThatHadServed_IsReplacedAtOnce_AndOnlyThenTheDelaysBegin()
    {
        var scheduler = new HistoricalScheduler();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = Listener(tap, scheduler);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        scheduler.AdvanceBy(s_delay);

        using var refusal = tap.RefuseConnections();
        tap.Cut();
        var first = await AttemptAsync(listener, 1);
        scheduler.AdvanceBy(first.Delay);
        var second = await AttemptAsync(listener, 2);

        Assert.That(first.Delay, Is.LessThanOrEqualTo(s_delay / 20));
        Assert.That(second.Delay, Is.GreaterThan(s_delay / 2 - first.Delay));
    }

    [Test]
    public async Task AConnectionThatIsDroppedSooner_IsNotReplacedAtOnce()
    {
        var scheduler = new HistoricalScheduler();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = Listener(tap, scheduler);
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        scheduler.AdvanceBy(s_delay - TimeSpan.FromMinutes(1));

        tap.Cut();

        Assert.That((await AttemptAsync(listener, 1)).Delay, Is.GreaterThanOrEqualTo(s_delay / 2));
    }

    [Test]
    public async Task AConnectionThatWasClosedInBetween_IsNoServiceOfTheNextOne()
    {
        var scheduler = new HistoricalScheduler();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            tap.ConnectionString,
            new PgListenerOptions { Scheduler = scheduler, ReconnectDelay = s_delay, MaxReconnectDelay = 2 * s_delay, Linger = TimeSpan.Zero });
        var (former, recorder) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
        using (listener.Channel(UniqueChannel.Name()).Signals.Subscribe(former))
            await former.UntilSubscribedAsync();
        await listener.State.FirstAsync(state => state is ListenerState.Idle).Timeout(Eventually.Deadline);
        scheduler.AdvanceBy(2 * s_delay);

        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        tap.Cut();

        Assert.That((await AttemptAsync(listener, 1)).Delay, Is.GreaterThanOrEqualTo(s_delay / 2));
    }

    [Test]
    public async Task FiftyListenersOfAServerThatIsRestarted_DoNotComeBackInTheSameTenMilliseconds()
    {
        const int count = 50;
        await using var server = await TestServer.StartOwnAsync();
        var listeners = Enumerable.Range(0, count).Select(_ => new PgListener($"{server.ConnectionString};Application Name=herd")).ToList();
        var recorders = listeners.ConvertAll(_ => new Recorder<ChannelSignal>());
        var subscriptions = listeners.ConvertAll(listener => listener.Channel("a").Signals.Subscribe(recorders[listeners.IndexOf(listener)]));
        foreach (var recorder in recorders)
            await recorder.UntilSubscribedAsync();

        await server.RestartAsync();
        foreach (var recorder in recorders)
            await recorder.UntilCountAsync(2);

        var busiest = await server.ExecuteAsync(
            "select max(number) from (select count(*) as number from pg_stat_activity where application_name = 'herd' "
            + "group by date_bin('10 ms', backend_start, timestamptz '2000-01-01')) as bins");
        await TestContext.Out.WriteLineAsync($"{busiest} of {count} in the busiest 10 ms");
        Assert.That(busiest, Is.LessThan(count / 2));
        subscriptions.ForEach(subscription => subscription.Dispose());
        foreach (var listener in listeners)
            await listener.DisposeAsync();
    }

    static PgListener Listener(WireTap tap, IScheduler scheduler) =>
        new(tap.ConnectionString, new PgListenerOptions { Scheduler = scheduler, ReconnectDelay = s_delay, MaxReconnectDelay = 2 * s_delay });

    static async Task<ListenerState.Reconnecting> AttemptAsync(PgListener listener, int attempt) =>
        (ListenerState.Reconnecting)await listener.State
            .FirstAsync(state => state is ListenerState.Reconnecting reconnecting && reconnecting.Attempt == attempt)
            .Timeout(Eventually.Deadline);
}
