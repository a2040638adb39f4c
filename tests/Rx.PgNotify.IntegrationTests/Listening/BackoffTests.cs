using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;

namespace Rx.PgNotify.IntegrationTests.Listening;

[Parallelizable(ParallelScope.All)]
public class BackoffTests
{
    [Test]
    public async Task AfterASuccess_TheDelaysStartOver()
    {
        var delay = TimeSpan.FromSeconds(1);
        var scheduler = new HistoricalScheduler();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { Scheduler = scheduler, ReconnectDelay = delay, MaxReconnectDelay = 1_000 * delay });
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        using (tap.RefuseConnections())
        {
            tap.Cut();
            var failing = await AdvanceUntilAsync(listener, scheduler, state => state is ListenerState.Reconnecting { Attempt: >= 4 });
            Assert.That(((ListenerState.Reconnecting)failing).Delay, Is.GreaterThan(2 * delay));
        }

        await AdvanceUntilAsync(listener, scheduler, state => state is ListenerState.Listening);
        await recorder.UntilCountAsync(2);
        using var refusal = tap.RefuseConnections();
        tap.Cut();
        var again = (ListenerState.Reconnecting)await listener.State
            .FirstAsync(state => state is ListenerState.Reconnecting).Timeout(Eventually.Deadline);
        Assert.That(again.Attempt, Is.EqualTo(1));
        Assert.That(again.Delay, Is.LessThanOrEqualTo(delay));
    }

    [Test]
    public async Task WhoJoinsAKnownChannelMeanwhile_IsNotAcknowledgedByTheConnectionThatIsGone()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(20) });
        var channel = listener.Channel(UniqueChannel.Name());
        var (present, late) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
        using var a = channel.Signals.Subscribe(present);
        await present.UntilSubscribedAsync();

        using (tap.RefuseConnections())
        {
            tap.Cut();
            await UntilAttemptAsync(listener, 2);
            using var b = channel.Signals.Subscribe(late);
            await UntilAttemptAsync(listener, 4);
            Assert.That(late.Items, Is.Empty);
        }
    }

    static Task<ListenerState> UntilAttemptAsync(PgListener listener, int attempt) => listener.State
        .FirstAsync(state => state is ListenerState.Reconnecting reconnecting && reconnecting.Attempt >= attempt)
        .Timeout(Eventually.Deadline).ToTask();

    static async Task<ListenerState> AdvanceUntilAsync(PgListener listener, HistoricalScheduler scheduler, Func<ListenerState, bool> condition)
    {
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        await Eventually.IsTrueAsync(() =>
        {
            if (states.Items.Any(condition))
                return true;
            scheduler.AdvanceBy(TimeSpan.FromSeconds(1));
            return false;
        });
        return states.Items.First(condition);
    }
}
