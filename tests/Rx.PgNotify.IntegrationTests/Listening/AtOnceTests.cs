using System.Globalization;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Text.RegularExpressions;

namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>After one break the listener is back at once, and many that lost one server do not come back as one.</summary>
[Parallelizable(ParallelScope.All)]
public partial class AtOnceTests
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

    // When they do connect is also up to the machine, which may stand still for 50 ms; when they mean to is up to the library. And a
    // server may be back before a busy machine has come to all attempts at once, which are close together.
    [Test, LongTest]
    public async Task FiftyListenersOfAServerThatIsRestarted_DoNotComeBackInTheSameTenMilliseconds()
    {
        const int count = 50;
        await using var server = await TestServer.StartOwnAsync();
        var logs = Enumerable.Range(0, count).Select(_ => new LogRecorder()).ToList();
        var listeners = logs.ConvertAll(log => new PgListener(server.ConnectionString, new PgListenerOptions { LoggerFactory = log }));
        var recorders = listeners.ConvertAll(_ => new Recorder<ChannelSignal>());
        var subscriptions = listeners.ConvertAll(listener => listener.Channel("a").Signals.Subscribe(recorders[listeners.IndexOf(listener)]));
        foreach (var recorder in recorders)
            await recorder.UntilSubscribedAsync();

        await server.StopAsync();
        foreach (var log in logs)
            await Eventually.IsTrueAsync(() => AnnouncedDelay().Count(log.Text) > 1, expectation: "the attempt at once should fail");
        await server.StartAgainAsync();
        foreach (var recorder in recorders)
            await recorder.UntilCountAsync(2);

        var delays = logs.ConvertAll(log => AnnouncedDelay().Matches(log.Text)
            .Sum(match => int.Parse(match.Groups["delay"].Value, CultureInfo.InvariantCulture)));
        var busiest = delays.GroupBy(delay => delay / 10).Max(bin => bin.Count());
        await TestContext.Out.WriteLineAsync($"{busiest} of {count} in the busiest 10 ms: {string.Join(' ', delays.Order())}");
        Assert.That(busiest, Is.LessThan(count / 2));
        subscriptions.ForEach(subscription => subscription.Dispose());
        foreach (var listener in listeners)
            await listener.DisposeAsync();
    }

    [GeneratedRegex("follows in (?<delay>[0-9]+) ms", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex AnnouncedDelay();

    static PgListener Listener(WireTap tap, IScheduler scheduler) =>
        new(tap.ConnectionString, new PgListenerOptions { Scheduler = scheduler, ReconnectDelay = s_delay, MaxReconnectDelay = 2 * s_delay });

    static async Task<ListenerState.Reconnecting> AttemptAsync(PgListener listener, int attempt) =>
        (ListenerState.Reconnecting)await listener.State
            .FirstAsync(state => state is ListenerState.Reconnecting reconnecting && reconnecting.Attempt == attempt)
            .Timeout(Eventually.Deadline);
}
