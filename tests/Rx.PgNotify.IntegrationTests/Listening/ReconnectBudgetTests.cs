using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>How much time the budget gives, in virtual time; only the attempts themselves take real time.</summary>
[Parallelizable(ParallelScope.All)]
public class ReconnectBudgetTests
{
    static readonly TimeSpan s_budget = TimeSpan.FromSeconds(20);
    static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(500);

    [Test]
    public async Task TimeInWhichNobodyWantsAnything_DoesNotSpendTheBudget()
    {
        var scheduler = new HistoricalScheduler();
        await using var listener = new PgListener("Host=127.0.0.1;Port=1;Username=u", Options(scheduler));
        using (listener.Channel("a").Subscribe(new Recorder<Notification>()))
            _ = await listener.State.FirstAsync(state => state is ListenerState.Reconnecting).Timeout(Eventually.Deadline);
        _ = await listener.State.FirstAsync(state => state is ListenerState.Idle).Timeout(Eventually.Deadline);
        scheduler.AdvanceBy(3 * s_budget);

        await AssertHasTheWholeBudgetAsync(listener, scheduler);
    }

    [Test]
    public async Task TheEpochAfterASpentBudget_HasAWholeOneOfItsOwn()
    {
        var scheduler = new HistoricalScheduler();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        using var refusal = tap.RefuseConnections();
        await using var listener = new PgListener(tap.ConnectionString, Options(scheduler));
        await AssertHasTheWholeBudgetAsync(listener, scheduler);
        await AssertHasTheWholeBudgetAsync(listener, scheduler);

        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        var start = scheduler.Clock;
        await AdvanceUntilAsync(scheduler, () => recorder.HasEnded || scheduler.Clock - start > s_budget / 2);
        Assert.That(recorder.Error, Is.Null);
        refusal.Dispose();
        await AdvanceUntilAsync(scheduler, () => recorder.HasEnded || recorder.Count > 0);
        await recorder.UntilSubscribedAsync();
    }

    static PgListenerOptions Options(IScheduler scheduler) => new()
    {
        Scheduler = scheduler,
        ReconnectDelay = s_step,
        MaxReconnectDelay = s_step,
        ReconnectBudget = s_budget,
    };

    static async Task AssertHasTheWholeBudgetAsync(PgListener listener, HistoricalScheduler scheduler)
    {
        var recorder = new Recorder<Notification>();
        var start = scheduler.Clock;
        using var subscription = listener.Channel(UniqueChannel.Name()).Subscribe(recorder);
        await AdvanceUntilAsync(scheduler, () => recorder.HasEnded);

        Assert.That((recorder.Error as PgListenerException)?.Error, Is.EqualTo(PgListenerError.ReconnectBudgetSpent));
        Assert.That(scheduler.Clock - start, Is.GreaterThanOrEqualTo(s_budget - s_step), "the budget, but for a delay beyond it");
    }

    static Task AdvanceUntilAsync(HistoricalScheduler scheduler, Func<bool> condition) => Eventually.IsTrueAsync(
        () =>
        {
            if (condition())
                return true;
            scheduler.AdvanceBy(s_step);
            return false;
        },
        expectation: "something should happen in time");
}
