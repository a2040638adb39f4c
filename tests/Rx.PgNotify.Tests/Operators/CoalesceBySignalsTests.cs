using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

public class CoalesceBySignalsTests
{
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_maxWait = TimeSpan.FromSeconds(1);

    static IEnumerable<TestCaseData> Bursts()
    {
        var subscribed = Resync("a", ResyncReasons.Subscribed);
        var reconnected = Resync("a", ResyncReasons.Reconnected);
        var other = Resync("b", ResyncReasons.Subscribed);

        yield return Case("the latest notification of each key", [Of("x1"), Of("y1"), Of("x2")], [Of("x2"), Of("y1")]);
        yield return Case("a Resync survives later notifications", [subscribed, Of("x1"), Of("x2")], [subscribed, Of("x2")]);
        yield return Case("a notification survives a later Resync", [Of("x1"), subscribed, Of("y1")], [subscribed, Of("x1"), Of("y1")]);
        yield return Case("a Resync alone", [subscribed], [subscribed]);
        yield return Case("each channel has its own Resync", [subscribed, Of("x1"), other], [subscribed, other, Of("x1")]);
        yield return Case(
            "Resyncs of a channel are united",
            [subscribed, Resync("a", ResyncReasons.Overflow, 3), Of("x1"), reconnected, Resync("a", ResyncReasons.Overflow, 4)],
            [Resync("a", ResyncReasons.Subscribed | ResyncReasons.Reconnected | ResyncReasons.Overflow, 7), Of("x1")]);
    }

    [TestCaseSource(nameof(Bursts))]
    public void CoalesceBy_OfSignals_LosesNoResync(ChannelSignal[] burst, ChannelSignal[] expected)
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<ChannelSignal>();
        var bursts = new List<IReadOnlyList<ChannelSignal>>();
        using var subscription = source.CoalesceBy(s => s.Notification.Payload[0], s_quiet, s_maxWait, scheduler: scheduler)
            .Subscribe(bursts.Add);

        Array.ForEach(burst, source.OnNext);
        scheduler.Start();
        Array.ForEach(burst, source.OnNext);
        source.OnCompleted();

        Assert.That(bursts, Is.EqualTo(new[] { expected, expected }));
    }

    [Test]
    public void CoalesceBy_OfSignalsByWhateverKey_LosesNoResync()
    {
        ChannelSignal[] signals = [Resync("a", ResyncReasons.Subscribed), Of("x1"), Of("x2")];
        ChannelSignal[] expected = [signals[0], signals[2]];
        var source = signals.ToObservable();

        Assert.That(source.CoalesceBy(x => x.Channel, s_quiet, s_maxWait).Wait(), Is.EqualTo(expected));
        Assert.That(source.CoalesceBy(s => s.Notification.Channel, s_quiet, s_maxWait).Wait(), Is.EqualTo(expected));
        Assert.That(source.CoalesceBy(s => s.IsResync, s_quiet, s_maxWait).Wait(), Is.EqualTo(expected));
    }

    [Test]
    public void CoalesceBy_OfSignalsWithAComparer_UsesIt()
    {
        var result = new[] { Of("x"), Of("y"), Of("X") }.ToObservable()
            .CoalesceBy(s => s.Notification.Payload, s_quiet, s_maxWait, StringComparer.OrdinalIgnoreCase).Wait();

        Assert.That(result, Is.EqualTo(new[] { Of("X"), Of("y") }));
    }

    [Test]
    public void CoalesceBy_OfSignalsWhenTheKeySelectorThrows_FailsAndLeavesTheSource()
    {
        using var source = new Subject<ChannelSignal>();
        Exception? error = null;
        using var subscription = source
            .CoalesceBy<ChannelSignal, int>(_ => throw new InvalidOperationException("key"), s_quiet, s_maxWait, scheduler: new TestScheduler())
            .Subscribe(_ => { }, e => error = e);

        source.OnNext(Resync("a", ResyncReasons.Subscribed));
        Assert.That(error, Is.Null, "a Resync has no key");

        source.OnNext(Of("x1"));
        Assert.That(error, Is.InstanceOf<InvalidOperationException>().With.Message.EqualTo("key"));
        Assert.That(source.HasObservers, Is.False);
    }

    [Test]
    public void CoalesceBy_OfSignalsWithoutASourceOrAKeySelector_Throws()
    {
        Assert.That(
            () => PgObservable.CoalesceBy(null!, (ChannelSignal s) => s.Channel, s_quiet, s_maxWait),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));
        Assert.That(
            () => Observable.Never<ChannelSignal>().CoalesceBy((Func<ChannelSignal, int>)null!, s_quiet, s_maxWait),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("keySelector"));
    }

    [TestCaseSource(typeof(BadTimes), nameof(BadTimes.Cases))]
    public void CoalesceBy_OfSignalsWithBadTimes_ThrowsAtOnceAndNamesTheLimit(
        TimeSpan quiet, TimeSpan maxWait, string parameter, string message) => Assert.That(
        () => Observable.Never<ChannelSignal>().CoalesceBy(s => s.Notification.Payload, quiet, maxWait),
        Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Property("ParamName").EqualTo(parameter).And.Message.Contains(message));

    static TestCaseData Case(string name, ChannelSignal[] burst, ChannelSignal[] expected) =>
        new TestCaseData(burst, expected).SetName($"CoalesceBy: {name}");

    static ChannelSignal Of(string payload) => ChannelSignal.From(new Notification("a", payload, 4711));

    static ChannelSignal Resync(string channel, ResyncReasons reasons, long dropped = 0) =>
        ChannelSignal.Resync(channel, reasons, dropped);
}
