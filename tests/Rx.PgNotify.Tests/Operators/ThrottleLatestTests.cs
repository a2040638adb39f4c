using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

public class ThrottleLatestTests
{
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(30);

    //        source, 10 ms a character, interval 30 ms
    [TestCase("-a---------------", "10:a", TestName = "leading: one value comes at once")]
    [TestCase("-ab--------------", "10:a 40:b", TestName = "leading: the trailing value comes at the interval's end")]
    [TestCase("-abc-------------", "10:a 40:c", TestName = "leading: the latest one wins")]
    [TestCase("-a---b-----------", "10:a 50:b", TestName = "leading: a value after the interval comes at once")]
    [TestCase("-a--b------------", "10:a 40:b", TestName = "leading: a value at the very end of the interval comes then")]
    [TestCase("-ab-c------------", "10:a 40:c", TestName = "leading: a value at the very end replaces the one that waits")]
    [TestCase("-ab--c-----------", "10:a 40:b 70:c", TestName = "leading: a trailing emission begins an interval")]
    [TestCase("-ab-----c--------", "10:a 40:b 80:c", TestName = "leading: after it, a value comes at once again")]
    [TestCase("-abcdefghijkl----", "10:a 40:d 70:g 100:j 130:l", TestName = "leading: under a continuous burst, once an interval")]
    [TestCase("-(abc)-----------", "10:a 40:c", TestName = "leading: the first and the last value of a moment")]
    [TestCase("-ab|", "10:a 30:b 30:|", TestName = "leading: completion does not wait for the interval's end")]
    [TestCase("-a-|", "10:a 30:|", TestName = "leading: completion with nothing waiting only completes")]
    [TestCase("-ab-|", "10:a 40:b 40:|", TestName = "leading: completion at the interval's end emits once")]
    [TestCase("-ab#", "10:a 30:#failed", TestName = "leading: an error drops what waits")]
    [TestCase("|", "0:|", TestName = "leading: an empty source completes at once")]
    [TestCase("#", "0:#failed", TestName = "leading: an error is passed on at once")]
    [TestCase("-----------------", "", TestName = "leading: no value, no result")]
    [TestCase("-ab-c------defg-h---i---jk-|", "10:a 40:c 110:d 140:g 170:h 200:i 240:j 270:k 270:|", TestName = "leading: the picture in docs/operators.md")]
    public void ThrottleLatest_OfMarbles_GivesTheFirstAndThenTheLatest(string marbles, string expected) =>
        Assert.That(Throttled(marbles, leading: true), Is.EqualTo(expected));

    [TestCase("-a---------------", "40:a", TestName = "not leading: one value comes at the interval's end")]
    [TestCase("-abc-------------", "40:c", TestName = "not leading: the first value starts the interval, the latest one ends it")]
    [TestCase("-ab-c------------", "40:c", TestName = "not leading: a value at the very end still counts")]
    [TestCase("-a---b-----------", "40:a 70:b", TestName = "not leading: an emission begins an interval")]
    [TestCase("-a-----b---------", "40:a 100:b", TestName = "not leading: a value at that one's end begins another")]
    [TestCase("-a-------b-------", "40:a 120:b", TestName = "not leading: a value after it begins another")]
    [TestCase("-abcdefghijkl----", "40:d 70:g 100:j 130:l", TestName = "not leading: under a continuous burst, once an interval")]
    [TestCase("-(abc)-----------", "40:c", TestName = "not leading: the last value of a moment")]
    [TestCase("-ab|", "30:b 30:|", TestName = "not leading: completion does not wait for the interval's end")]
    [TestCase("-ab#", "30:#failed", TestName = "not leading: an error drops what waits")]
    [TestCase("-ab-c------defg-h---i---jk-|", "40:c 140:g 170:h 230:i 260:k 270:|", TestName = "not leading: the picture in docs/operators.md")]
    public void ThrottleLatest_OfMarblesWithoutLeading_GivesTheLatest(string marbles, string expected) =>
        Assert.That(Throttled(marbles, leading: false), Is.EqualTo(expected));

    [TestCase("-a-b-(cd)-(efg)-|", true, "10:a 30:b 50:c 50:d 70:e 70:g 90:|", TestName = "zero, leading: the first and the last of each moment")]
    [TestCase("-a-b-(cd)-(efg)-|", false, "10:a 30:b 50:d 70:g 90:|", TestName = "zero, not leading: the last of each moment")]
    public void ThrottleLatest_WithAnIntervalOfZero_ThinsWhatComesInOneMoment(string marbles, bool leading, string expected) =>
        Assert.That(Throttled(marbles, leading, milliseconds: 0), Is.EqualTo(expected));

    [TestCase(true)]
    [TestCase(false)]
    public void ThrottleLatest_OverAColdSource_CountsFromEachSubscription(bool leading)
    {
        var scheduler = new TestScheduler();
        var throttled = scheduler.CreateCold(Marbles.Parse("-ab-|")).ThrottleLatest(s_interval, leading, scheduler);
        var early = scheduler.CreateRecorder<char>();
        var late = scheduler.CreateRecorder<char>();

        throttled.Subscribe(early);
        scheduler.ScheduleAbsolute(20, () => throttled.Subscribe(late));
        scheduler.Start();

        Assert.That(early.ToString(), Is.EqualTo(leading ? "10:a 40:b 40:|" : "40:b 40:|"));
        Assert.That(late.ToString(), Is.EqualTo(leading ? "30:a 60:b 60:|" : "60:b 60:|"));
    }

    [Test]
    public void ThrottleLatest_ForAValueWithinAnInterval_AllocatesNothing()
    {
        using var source = new Subject<int>();
        using var subscription = source.ThrottleLatest(s_interval, scheduler: new TestScheduler()).Subscribe(_ => { });
        Send(source, 1_000);

        Assert.That(AllocatedBytes.Least(() => Send(source, 100_000)), Is.Zero);
    }

    [Test]
    public void ThrottleLatest_OfReferences_LetsGoOfWhatItEmitted()
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<object>();
        using var subscription = source.ThrottleLatest(s_interval, scheduler: scheduler).Subscribe(_ => { });
        WeakReference[] emitted = [SendOne(source), SendOne(source)];
        scheduler.Start();

        GC.Collect();

        Assert.That(emitted.Select(e => e.IsAlive), Is.All.False);
    }

    [Test]
    public void ThrottleLatest_WithoutAScheduler_UsesRealTime()
    {
        var result = new[] { 'a', 'b' }.ToObservable().Concat(Observable.Never<char>())
            .ThrottleLatest(TimeSpan.FromMilliseconds(1), leading: false);

        Assert.That(result.Timeout(TimeSpan.FromMinutes(2)).FirstAsync().Wait(), Is.EqualTo('b'));
    }

    [Test]
    public void ThrottleLatest_WithoutASource_Throws() => Assert.That(
        () => PgObservable.ThrottleLatest<int>(null!, s_interval),
        Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));

    [TestCaseSource(typeof(BadIntervals), nameof(BadIntervals.Cases))]
    public void ThrottleLatest_WithABadInterval_ThrowsAtOnceAndNamesTheLimit(TimeSpan interval) => Assert.That(
        () => Observable.Never<int>().ThrottleLatest(interval),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("interval")
            .And.Message.Contains("interval must be from zero to 24.20:31:23.6470000"));

    static string Throttled(string marbles, bool leading, int milliseconds = 30)
    {
        var scheduler = new TestScheduler();
        return scheduler.Record(scheduler.CreateHot(marbles)
            .ThrottleLatest(TimeSpan.FromMilliseconds(milliseconds), leading, scheduler)).ToString();
    }

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
