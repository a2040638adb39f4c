using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

public class DebounceTests
{
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_maxWait = TimeSpan.FromSeconds(1);

    [Test]
    public void Debounce_UnderAContinuousBurst_EmitsEverySecondWhereThrottleStarves()
    {
        var scheduler = new TestScheduler();
        var source = scheduler.CreateHot(Enumerable.Range(0, 1_000).Select(i => Recorded.OnNext(i * 50L, i)));
        var debounced = scheduler.CreateRecorder<int>();
        var throttled = scheduler.CreateRecorder<int>();
        const long lastAt = 999 * 50;

        using var first = source.Debounce(s_quiet, s_maxWait, scheduler).Subscribe(debounced);
        using var second = source.Throttle(s_quiet, scheduler).Subscribe(throttled);
        scheduler.AdvanceTo(lastAt);

        Assert.That(throttled.Messages, Is.Empty);
        Assert.That(debounced.Messages, Has.Count.EqualTo(47));
        Assert.That(Gaps(debounced), Is.All.EqualTo(1_050), "maxWait and the 50 ms to the next burst's first value");

        scheduler.Start();
        Assert.That(throttled.ToString(), Is.EqualTo($"{lastAt + 100}:999"));
        Assert.That(debounced.Messages[^1].ToString(), Is.EqualTo($"{lastAt + 100}:999"));
    }

    [Test]
    public void Debounce_ForAValueInAnOpenBurst_AllocatesNothing()
    {
        using var source = new Subject<int>();
        using var subscription = source.Debounce(s_quiet, s_maxWait, new TestScheduler()).Subscribe(_ => { });
        Send(source, 1_000);

        Assert.That(AllocatedBytes.Least(() => Send(source, 100_000)), Is.Zero);
    }

    [Test]
    public void Debounce_OfReferences_LetsGoOfWhatItEmitted()
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<object>();
        using var subscription = source.Debounce(s_quiet, s_maxWait, scheduler).Subscribe(_ => { });
        var emitted = SendOne(source);
        scheduler.Start();

        GC.Collect();

        Assert.That(emitted.IsAlive, Is.False);
    }

    [Test]
    public void Debounce_WithoutASource_Throws() => Assert.That(
        () => PgObservable.Debounce<int>(null!, s_quiet, s_maxWait),
        Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));

    [TestCaseSource(typeof(BadTimes), nameof(BadTimes.Cases))]
    public void Debounce_WithBadTimes_ThrowsAtOnceAndNamesTheLimit(
        TimeSpan quiet, TimeSpan maxWait, string parameter, string message) => Assert.That(
        () => Observable.Never<int>().Debounce(quiet, maxWait),
        Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Property("ParamName").EqualTo(parameter).And.Message.Contains(message));

    static IEnumerable<long> Gaps(Recorder<int> recorder) =>
        recorder.Messages.Zip(recorder.Messages.Skip(1), (a, b) => b.At - a.At);

    static void Send(Subject<int> source, int count)
    {
        for (var i = 0; i < count; i++)
            source.OnNext(i);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    static WeakReference SendOne(Subject<object> source)
    {
        var value = new object();
        source.OnNext(value);
        return new WeakReference(value);
    }
}
