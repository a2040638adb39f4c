using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

public class DebounceSignalsTests
{
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_maxWait = TimeSpan.FromSeconds(1);

    static IEnumerable<TestCaseData> Bursts()
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

    [TestCaseSource(nameof(Bursts))]
    public void Debounce_OfSignals_LosesNoResync(ChannelSignal[] burst, ChannelSignal[] expected)
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<ChannelSignal>();
        var recorder = scheduler.CreateRecorder<ChannelSignal>();
        using var subscription = source.Debounce(s_quiet, s_maxWait, scheduler).Subscribe(recorder);

        Array.ForEach(burst, source.OnNext);
        scheduler.Start();
        Array.ForEach(burst, source.OnNext);
        source.OnCompleted();

        Assert.That(
            recorder.Messages,
            Is.EqualTo(new[] { expected, expected }.SelectMany(b => b.Select(s => Recorded.OnNext(100, s)))
                .Append(Recorded.OnCompleted<ChannelSignal>(100))));
    }

    [Test]
    public void Debounce_OfSignals_RepeatsNoNotificationInTheNextBurst()
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<ChannelSignal>();
        var recorder = scheduler.CreateRecorder<ChannelSignal>();
        using var subscription = source.Debounce(s_quiet, s_maxWait, scheduler).Subscribe(recorder);

        source.OnNext(Of("a", 1));
        scheduler.Start();
        source.OnNext(Resync("a", ResyncReasons.Reconnected));
        scheduler.Start();

        Assert.That(recorder.ToString(), Is.EqualTo("100:Notification(a) 200:Resync(a, Reconnected)"));
    }

    [Test]
    public void Debounce_OfSignalsWhoseSourceFailsDuringABurst_EmitsTheRestOfItFirst()
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<ChannelSignal>();
        var seen = new List<string>();
        using var subscription = source.Debounce(s_quiet, s_maxWait, scheduler).Subscribe(
            signal =>
            {
                seen.Add($"{signal}");
                source.OnError(new InvalidOperationException("failed"));
            },
            error => seen.Add(error.Message));

        source.OnNext(Resync("a", ResyncReasons.Reconnected));
        source.OnNext(Resync("b", ResyncReasons.Reconnected));
        source.OnNext(Of("a", 1));
        scheduler.Start();

        Assert.That(seen, Is.EqualTo(new[] { "Resync(a, Reconnected)", "Resync(b, Reconnected)", "Notification(a)", "failed" }));
    }

    [Test]
    public void Debounce_OfSignalsWithoutASource_Throws() => Assert.That(
        () => PgObservable.Debounce<ChannelSignal>(null!, s_quiet, s_maxWait),
        Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));

    [TestCaseSource(typeof(BadTimes), nameof(BadTimes.Cases))]
    public void Debounce_OfSignalsWithBadTimes_ThrowsAtOnceAndNamesTheLimit(
        TimeSpan quiet, TimeSpan maxWait, string parameter, string message)
    {
        using var source = new Subject<ChannelSignal>();

        Assert.That(
            () => source.Debounce(quiet, maxWait),
            Throws.TypeOf<ArgumentOutOfRangeException>()
                .With.Property("ParamName").EqualTo(parameter).And.Message.Contains(message));
    }

    static TestCaseData Case(string name, ChannelSignal[] burst, ChannelSignal[] expected) =>
        new TestCaseData(burst, expected).SetName(name);

    static ChannelSignal Of(string channel, int number) =>
        ChannelSignal.From(new Notification(channel, $"{number}", 4711));

    static ChannelSignal Resync(string channel, ResyncReasons reasons, long dropped = 0) =>
        ChannelSignal.Resync(channel, reasons, dropped);
}
