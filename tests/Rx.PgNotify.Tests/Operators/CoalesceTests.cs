using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

public class CoalesceTests
{
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_maxWait = TimeSpan.FromSeconds(1);

    [Test]
    public void Coalesce_UnderAContinuousBurst_GivesEveryValueOnceASecond()
    {
        var scheduler = new TestScheduler();
        var source = scheduler.CreateHot(Enumerable.Range(0, 1_000).Select(i => Recorded.OnNext(i * 50L, i)));

        var bursts = scheduler.Record(source.Coalesce(s_quiet, s_maxWait, scheduler)).Messages;

        Assert.That(bursts.SelectMany(b => b.Message.Value), Is.EqualTo(Enumerable.Range(0, 1_000)));
        Assert.That(bursts.SkipLast(1).Select(b => b.Message.Value.Count), Is.All.EqualTo(21));
    }

    [Test]
    public void Coalesce_AfterAListWasEmitted_NeverChangesIt()
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<int>();
        var bursts = new List<IReadOnlyList<int>>();
        using var subscription = source.Coalesce(s_quiet, s_maxWait, scheduler).Subscribe(bursts.Add);

        source.OnNext(1);
        scheduler.Start();
        source.OnNext(2);
        source.OnNext(3);
        scheduler.Start();

        Assert.That(bursts, Is.EqualTo(new int[][] { [1], [2, 3] }));
    }

    [Test]
    public void Coalesce_ForAValueInAnOpenBurst_AllocatesNothingButTheList()
    {
        const int count = 1 << 17;
        using var source = new Subject<int>();
        using var subscription = source.Coalesce(s_quiet, s_maxWait, new TestScheduler()).Subscribe(_ => { });
        source.OnNext(0);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i < count; i++)
            source.OnNext(i);
        var perValue = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)count;

        Assert.That(perValue, Is.LessThan(2.1 * sizeof(int)), "a list that doubles has had twice its final size");
    }

    [Test]
    public void Coalesce_WithoutASource_Throws() => Assert.That(
        () => PgObservable.Coalesce<int>(null!, s_quiet, s_maxWait),
        Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));

    [TestCaseSource(typeof(BadTimes), nameof(BadTimes.Cases))]
    public void Coalesce_WithBadTimes_ThrowsAtOnceAndNamesTheLimit(
        TimeSpan quiet, TimeSpan maxWait, string parameter, string message) => Assert.That(
        () => Observable.Never<int>().Coalesce(quiet, maxWait),
        Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Property("ParamName").EqualTo(parameter).And.Message.Contains(message));
}
