using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

public class IsolateSignalsTests
{
    static IEnumerable<TestCaseData> Queues()
    {
        var subscribed = Resync("a", ResyncReasons.Subscribed);
        var reconnected = Resync("a", ResyncReasons.Reconnected);
        const ResyncReasons overflow = ResyncReasons.Overflow;

        yield return Case("what fits is unchanged", [subscribed, Of("a", 1), Of("b", 2)], [subscribed, Of("a", 1), Of("b", 2)]);
        yield return Case(
            "dropped notifications become a Resync in their place",
            [Of("a", 1), Of("a", 2), Of("a", 3), Of("a", 4), Of("a", 5)],
            [Resync("a", overflow, 2), Of("a", 3), Of("a", 4), Of("a", 5)]);
        yield return Case(
            "each channel concerned has its own",
            [Of("b", 1), Of("a", 2), Of("b", 3), Of("a", 4), Of("c", 5), Of("a", 6)],
            [Resync("b", overflow, 2), Resync("a", overflow, 1), Of("a", 4), Of("c", 5), Of("a", 6)]);
        yield return Case(
            "a dropped Resync survives as a flag",
            [subscribed, Of("a", 1), Of("a", 2), Of("a", 3), Of("a", 4)],
            [Resync("a", ResyncReasons.Subscribed | overflow, 1), Of("a", 2), Of("a", 3), Of("a", 4)]);
        yield return Case(
            "a Resync dropped alone stays what it was",
            [reconnected, Of("b", 1), Of("b", 2), Of("b", 3)],
            [reconnected, Of("b", 1), Of("b", 2), Of("b", 3)]);
        yield return Case(
            "what a dropped Resync had counted is added",
            [Of("a", 1), Resync("a", overflow | ResyncReasons.Reconnected, 5_000_000_000), Of("a", 2), Of("b", 3), Of("b", 4), Of("b", 5)],
            [Resync("a", overflow | ResyncReasons.Reconnected, 5_000_000_002), Of("b", 3), Of("b", 4), Of("b", 5)]);
        yield return Case(
            "the default value is no signal and counts for none",
            [default, Of("a", 1), Of("a", 2), Of("a", 3)],
            [Of("a", 1), Of("a", 2), Of("a", 3)]);
    }

    [TestCaseSource(nameof(Queues))]
    public void Isolate_OfSignals_LosesNoResync(ChannelSignal[] sent, ChannelSignal[] expected)
    {
        var time = new TestScheduler();
        using var source = new Subject<ChannelSignal>();
        var recorder = time.CreateRecorder<ChannelSignal>();
        using var subscription = source.Isolate(3, scheduler: time).Subscribe(recorder);

        Array.ForEach(sent, source.OnNext);
        time.Start();
        Array.ForEach(sent, source.OnNext);
        source.OnCompleted();
        time.Start();

        Assert.That(
            recorder.Messages,
            Is.EqualTo(expected.Concat(expected).Select(s => Recorded.OnNext(0, s)).Append(Recorded.OnCompleted<ChannelSignal>(0))));
    }

    [Test]
    public void Isolate_OfSignalsDisposedAtTheGap_TellsNoMoreOfIt()
    {
        var thread = new StepScheduler();
        using var source = new Subject<ChannelSignal>();
        var seen = "";
        using var subscription = source.Isolate(1, scheduler: thread).Do(s => seen += $"{s} ").Take(1).Subscribe();
        source.OnNext(Of("a", 1));
        source.OnNext(Of("b", 2));
        source.OnNext(Of("c", 3));

        thread.RunAll();

        Assert.That(seen, Is.EqualTo("Resync(a, Overflow, 1 dropped) "));
    }

    [Test]
    public void Isolate_OfSignalsUnderALastingOverload_AllocatesOnlyForEachTurn()
    {
        const int count = 100_000;
        var thread = new StepScheduler();
        using var source = new Subject<ChannelSignal>();
        var signals = Enumerable.Range(0, 4).Select(i => Of($"{i}", i)).ToArray();
        var left = 0;
        using var subscription = source.Isolate(2, scheduler: thread).Subscribe(signal =>
        {
            if (!signal.IsNotification || left == 0)
                return;
            left--;
            foreach (var more in signals)
                source.OnNext(more); // two channels' signals are dropped before the next one
        });
        Run(1_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(count);
        var perGap = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)count;

        Assert.That(left, Is.Zero);
        Assert.That(perGap, Is.LessThan(8), "a work item of a few hundred bytes for many values");

        void Run(int gaps)
        {
            left = gaps;
            source.OnNext(signals[0]);
            thread.RunAll();
        }
    }

    [Test]
    public void Isolate_OfSignalsWithOnDropped_ThrowsInsteadOfHidingResyncs()
    {
        using var signals = new Subject<ChannelSignal>();
        using var parsed = new Subject<ChannelSignal<int>>();

        Assert.That(
            () => signals.Isolate(1, _ => { }),
            Throws.ArgumentException.With.Property("ParamName").EqualTo("onDropped").And.Message.Contains("Resync"));
        Assert.That(() => parsed.Isolate(1, _ => { }), Throws.ArgumentException.With.Property("ParamName").EqualTo("onDropped"));
    }

    [Test]
    public void Isolate_OfSignalsWithBadArguments_ThrowsAtOnce()
    {
        using var signals = new Subject<ChannelSignal>();

        Assert.That(
            () => PgObservable.Isolate((IObservable<ChannelSignal>)null!),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));
        Assert.That(
            () => signals.Isolate(0),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("capacity")
                .And.Message.Contains("from 1 to 16,777,216"));
    }

    static TestCaseData Case(string name, ChannelSignal[] sent, ChannelSignal[] expected) =>
        new TestCaseData(sent, expected).SetName(name);

    static ChannelSignal Of(string channel, int number) =>
        ChannelSignal.From(new Notification(channel, $"{number}", 4711));

    static ChannelSignal Resync(string channel, ResyncReasons reasons, long dropped = 0) =>
        ChannelSignal.Resync(channel, reasons, dropped);
}
