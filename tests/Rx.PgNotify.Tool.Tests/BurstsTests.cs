using System.Reactive.Concurrency;
using System.Reactive.Subjects;
using Rx.PgNotify.Tool.Listening;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
sealed class BurstsTests
{
    static readonly BurstTiming s_timing = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));

    static readonly ChannelSignal s_subscribed = ChannelSignal.Resync("c", ResyncReasons.Subscribed);

    [Test]
    public void Bursts_WhenAResyncComesWithinABurst_WritesTheBurstThenTheResync()
    {
        var (signals, _, seen) = Subscribe();
        var reconnected = ChannelSignal.Resync("c", ResyncReasons.Reconnected | ResyncReasons.Overflow, 3);

        signals.OnNext(s_subscribed);
        signals.OnNext(Notification("one"));
        signals.OnNext(Notification("two"));
        signals.OnNext(reconnected);
        signals.OnNext(reconnected);
        signals.OnNext(Notification("three"));
        signals.OnCompleted();

        Assert.That(seen, Is.EqualTo(new ListenEvent[]
        {
            new ListenEvent.Signal(s_subscribed),
            new ListenEvent.Burst("c", 2, "two"),
            new ListenEvent.Signal(reconnected),
            new ListenEvent.Signal(reconnected),
            new ListenEvent.Burst("c", 1, "three"),
        }));
    }

    [Test]
    public void Bursts_WhenItGoesQuiet_WritesOneAfterTheOther()
    {
        var (signals, clock, seen) = Subscribe();

        signals.OnNext(s_subscribed);
        signals.OnNext(Notification("one"));
        clock.AdvanceBy(TimeSpan.FromSeconds(2));
        signals.OnNext(Notification("two"));
        clock.AdvanceBy(TimeSpan.FromSeconds(2));

        Assert.That(seen.Skip(1), Is.EqualTo(new ListenEvent[] { new ListenEvent.Burst("c", 1, "one"), new ListenEvent.Burst("c", 1, "two") }));
    }

    static ChannelSignal Notification(string payload) => ChannelSignal.From(new Notification("c", payload, 1));

    static (Subject<ChannelSignal> Signals, HistoricalScheduler Clock, List<ListenEvent> Seen) Subscribe()
    {
        var (signals, clock, seen) = (new Subject<ChannelSignal>(), new HistoricalScheduler(), new List<ListenEvent>());
        signals.Bursts(s_timing, clock).Subscribe(seen.Add);
        return (signals, clock, seen);
    }
}
