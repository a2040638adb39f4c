using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

public class ThrottleLatestSignalsTests
{
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    static IEnumerable<TestCaseData> Signals()
    {
        var subscribed = Resync("a", ResyncReasons.Subscribed);
        var reconnected = Resync("a", ResyncReasons.Reconnected);
        var other = Resync("b", ResyncReasons.Subscribed);

        yield return Case("only the latest notification", [Of("a", 1), Of("b", 2), Of("a", 3)], [Of("a", 3)]);
        yield return Case("a Resync survives later notifications", [subscribed, Of("a", 1), Of("a", 2)], [subscribed, Of("a", 2)]);
        yield return Case("a notification survives a later Resync", [Of("b", 1), subscribed], [subscribed, Of("b", 1)]);
        yield return Case("a Resync alone", [subscribed], [subscribed]);
        yield return Case("each channel has its own Resync", [subscribed, other, Of("a", 1)], [subscribed, other, Of("a", 1)]);
        yield return Case(
            "Resyncs of a channel are united",
            [subscribed, Resync("a", ResyncReasons.Overflow, 3), other, reconnected, Resync("a", ResyncReasons.Overflow, 4)],
            [Resync("a", ResyncReasons.Subscribed | ResyncReasons.Reconnected | ResyncReasons.Overflow, 7), other]);
    }

    [TestCaseSource(nameof(Signals))]
    public void ThrottleLatest_OfSignals_LosesNoResync(ChannelSignal[] signals, ChannelSignal[] expected)
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<ChannelSignal>();
        var recorder = scheduler.CreateRecorder<ChannelSignal>();
        using var subscription = source.ThrottleLatest(s_interval, scheduler: scheduler).Subscribe(recorder);
        var first = Resync("first", ResyncReasons.Subscribed);

        source.OnNext(first);
        Array.ForEach(signals, source.OnNext);
        scheduler.Start();
        Array.ForEach(signals, source.OnNext);
        source.OnCompleted();

        Assert.That(
            recorder.Messages,
            Is.EqualTo(expected.Select(s => Recorded.OnNext(100, s)).Prepend(Recorded.OnNext(0, first))
                .Concat(expected.Select(s => Recorded.OnNext(100, s))).Append(Recorded.OnCompleted<ChannelSignal>(100))));
    }

    [Test]
    public void ThrottleLatest_OfSignalsWithoutLeading_WaitsForTheIntervalWithTheFirstToo()
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<ChannelSignal>();
        var recorder = scheduler.CreateRecorder<ChannelSignal>();
        using var subscription = source.ThrottleLatest(s_interval, leading: false, scheduler).Subscribe(recorder);

        source.OnNext(Of("a", 1));
        source.OnNext(Resync("a", ResyncReasons.Reconnected));
        scheduler.Start();
        source.OnNext(Resync("a", ResyncReasons.Reconnected));
        scheduler.Start();

        Assert.That(
            recorder.ToString(),
            Is.EqualTo("100:Resync(a, Reconnected) 100:Notification(a) 200:Resync(a, Reconnected)"));
    }

    [Test]
    public void ThrottleLatest_OfSignalsWithoutASource_Throws() => Assert.That(
        () => PgObservable.ThrottleLatest<ChannelSignal>(null!, s_interval),
        Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));

    [TestCaseSource(typeof(BadIntervals), nameof(BadIntervals.Cases))]
    public void ThrottleLatest_OfSignalsWithABadInterval_ThrowsAtOnceAndNamesTheLimit(TimeSpan interval) => Assert.That(
        () => Observable.Never<ChannelSignal>().ThrottleLatest(interval),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("interval")
            .And.Message.Contains("interval must be from zero to 24.20:31:23.6470000"));

    static TestCaseData Case(string name, ChannelSignal[] signals, ChannelSignal[] expected) =>
        new TestCaseData(signals, expected).SetName($"ThrottleLatest: {name}");

    static ChannelSignal Of(string channel, int number) =>
        ChannelSignal.From(new Notification(channel, $"{number}", 4711));

    static ChannelSignal Resync(string channel, ResyncReasons reasons, long dropped = 0) =>
        ChannelSignal.Resync(channel, reasons, dropped);
}
