using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>A timer of a live query that fires in the moment in which it is needed no more.</summary>
public class LiveQueryLateTimerTests
{
    [Test]
    public void ASpellThatCompletionCutsShort_RunsTheQueryOnce()
    {
        var scheduler = new ManualScheduler { CancelsTooLate = true };
        using var signals = new Subject<ChannelSignal>();
        var seen = new List<string>();
        var runs = 0;
        using var subscription = signals
            .LiveQuery(_ => Task.FromResult(++runs), new LiveQueryOptions { Scheduler = scheduler })
            .Subscribe(run => seen.Add($"{run}"), () => seen.Add("completed"));
        signals.OnNext(Signal);
        signals.OnNext(Signal);
        Assert.That(scheduler.Delays.Count(), Is.EqualTo(1), "a spell is on");

        signals.OnCompleted();
        Assert.That(runs, Is.EqualTo(2));
        Assert.That(seen, Is.EqualTo(new[] { "1", "2", "completed" }));
        Assert.That(scheduler.Delays, Is.Empty);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void AfterTheSubscriberHasLeft_NoQueryRuns(bool isPause)
    {
        var scheduler = new ManualScheduler { CancelsTooLate = true };
        using var signals = new Subject<ChannelSignal>();
        var runs = 0;
        var options = new LiveQueryOptions { Scheduler = scheduler, QueryFailed = _ => { } };
        var subscription = signals
            .LiveQuery(_ => ++runs > 0 && isPause ? Task.FromException<int>(new TimeoutException()) : Task.FromResult(0), options)
            .Subscribe();
        signals.OnNext(Signal);
        if (!isPause)
            signals.OnNext(Signal);
        Assert.That(scheduler.Delays.Count(), Is.EqualTo(1), isPause ? "a pause is on" : "a spell is on");

        subscription.Dispose();
        Assert.That(runs, Is.EqualTo(1));
        Assert.That(scheduler.Delays, Is.Empty);
    }

    static ChannelSignal Signal => ChannelSignal.Resync("a", ResyncReasons.Subscribed);
}
