using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

public class CoalesceByTests
{
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(30);
    static readonly TimeSpan s_maxWait = TimeSpan.FromMilliseconds(80);

    //        source, 10 ms a character  bursts; upper and lower case are one key
    [TestCase("-abA-------------------", "60:Ab", TestName = "the latest value stands where its key first came")]
    [TestCase("-(abBAc)---------------", "40:ABc", TestName = "values of the same moment")]
    [TestCase("-a---A-----------------", "40:a 80:A", TestName = "a key begins anew in the next burst")]
    [TestCase("-ab---bBa--------------", "50:ab 110:Ba", TestName = "the order is each burst's own")]
    [TestCase("-aAaAaAaAaAaAa---------", "90:a 160:a", TestName = "a burst of one key is cut at maxWait too")]
    [TestCase("-abA------------aAbBaAcCaAbB------ab-|", "60:Ab 240:aBC 300:AB 370:ab 370:|", TestName = "CoalesceBy: the picture in docs/operators.md")]
    [TestCase("-abA-|", "50:Ab 50:|", TestName = "completion flushes the open burst")]
    [TestCase("-abA-#", "50:#failed", TestName = "an error drops the open burst")]
    public void CoalesceBy_OfMarbles_KeepsTheLatestOfEachKey(string marbles, string bursts)
    {
        var scheduler = new TestScheduler();

        var result = scheduler.Record(scheduler.CreateHot(marbles)
            .CoalesceBy(char.ToLowerInvariant, s_quiet, s_maxWait, scheduler: scheduler)
            .Select(burst => string.Concat(burst)));

        Assert.That(result.ToString(), Is.EqualTo(bursts));
    }

    [Test]
    public void CoalesceBy_WithAComparer_AsksItForEverythingButNull()
    {
        var result = new[] { "a", null, "B", "A", "b", null }.ToObservable()
            .CoalesceBy(key => key, s_quiet, s_maxWait, StringComparer.OrdinalIgnoreCase).Wait();

        Assert.That(result, Is.EqualTo(new[] { "A", null, "b" }));
    }

    [Test]
    public void CoalesceBy_WithNullKeys_TakesNullForAKey()
    {
        var result = new[] { 1, 12, 3, 14 }.ToObservable()
            .CoalesceBy(value => value > 10 ? null : "small", s_quiet, s_maxWait).Wait();

        Assert.That(result, Is.EqualTo(new[] { 3, 14 }));
    }

    [TestCase("the key selector")]
    [TestCase("the comparer")]
    public void CoalesceBy_WhenForeignCodeThrows_FailsAndLeavesTheSource(string culprit)
    {
        var scheduler = new TestScheduler();
        var counting = new CountingScheduler(scheduler);
        using var source = new Subject<char>();
        var recorder = scheduler.CreateRecorder<IReadOnlyList<char>>();
        var comparer = EqualityComparer<char>.Create(
            (a, b) => a == b, c => c == 'x' ? throw new InvalidOperationException("the comparer") : c);
        using var subscription = source
            .CoalesceBy(
                c => c == 'x' && culprit == "the key selector" ? throw new InvalidOperationException(culprit) : c,
                s_quiet, s_maxWait, comparer, counting)
            .Subscribe(recorder);

        source.OnNext('a');
        source.OnNext('x');

        Assert.That(recorder.ToString(), Is.EqualTo($"0:#{culprit}"));
        Assert.That(source.HasObservers, Is.False);
        Assert.That(counting.Pending, Is.Zero);
    }

    [Test]
    public void CoalesceBy_WhenTheKeySelectorThrowsWhileTheObserverIsBusy_LeavesTheSourceAtOnce()
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<char>();
        var recorder = scheduler.CreateRecorder<IReadOnlyList<char>>();
        using var subscription = source
            .CoalesceBy(c => c == 'x' ? throw new InvalidOperationException("failed") : c, s_quiet, s_maxWait, scheduler: scheduler)
            .Do(_ =>
            {
                source.OnNext('x');
                Assert.That(source.HasObservers, Is.False);
            })
            .Subscribe(recorder);

        source.OnNext('a');
        scheduler.Start();

        Assert.That(recorder.Messages.Select(m => m.Message.Kind.ToString()), Is.EqualTo(new[] { "OnNext", "OnError" }));
    }

    [Test]
    public void CoalesceBy_WhenABurstEndsBetweenKeyAndValue_StillHasEachKeyOnce()
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<string>();
        var bursts = new List<string>();
        var clock = new InterruptingScheduler(scheduler);
        using var subscription = source.CoalesceBy(value => value[0], s_quiet, s_quiet, scheduler: clock)
            .Subscribe(burst => bursts.Add(string.Join(' ', burst)));

        source.OnNext("a1");
        source.OnNext("b1");
        clock.Interrupt = () => scheduler.AdvanceBy(30);
        source.OnNext("b2"); // found in the burst that ends before b2 gets there
        source.OnNext("a2");
        source.OnNext("b3");
        clock.Interrupt = () => scheduler.AdvanceBy(30);
        source.OnNext("c1");
        clock.Interrupt = () => scheduler.AdvanceBy(30);
        source.OnNext("c2");
        source.OnNext("c3");
        scheduler.Start();

        Assert.That(bursts, Is.EqualTo(new[] { "a1 b1", "b3 a2", "c1", "c3" }));
    }

    [Test]
    public void CoalesceBy_ForAKnownKeyInAnOpenBurst_AllocatesNothing()
    {
        using var source = new Subject<int>();
        using var subscription = source.CoalesceBy(value => value % 16, s_quiet, s_maxWait, scheduler: new TestScheduler())
            .Subscribe(_ => { });
        Send(source, 1_000);

        Assert.That(AllocatedBytes.Least(() => Send(source, 100_000)), Is.Zero);
    }

    [Test]
    public void CoalesceBy_AfterAListWasEmitted_NeverChangesIt()
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<int>();
        var bursts = new List<IReadOnlyList<int>>();
        using var subscription = source.CoalesceBy(_ => 0, s_quiet, s_maxWait, scheduler: scheduler).Subscribe(bursts.Add);

        source.OnNext(1);
        scheduler.Start();
        source.OnNext(2);
        scheduler.Start();

        Assert.That(bursts, Is.EqualTo(new int[][] { [1], [2] }));
    }

    [Test]
    public void CoalesceBy_OfReferences_LetsGoOfWhatItEmitted()
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<object>();
        using var subscription = source.CoalesceBy(_ => 0, s_quiet, s_maxWait, scheduler: scheduler).Subscribe(_ => { });
        var emitted = SendOne(source);
        scheduler.Start();

        GC.Collect();

        Assert.That(emitted.IsAlive, Is.False);
    }

    [Test]
    public void CoalesceBy_WithoutASourceOrAKeySelector_Throws()
    {
        Assert.That(
            () => PgObservable.CoalesceBy<int, int>(null!, x => x, s_quiet, s_maxWait),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));
        Assert.That(
            () => Observable.Never<int>().CoalesceBy<int, int>(null!, s_quiet, s_maxWait),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("keySelector"));
    }

    [TestCaseSource(typeof(BadTimes), nameof(BadTimes.Cases))]
    public void CoalesceBy_WithBadTimes_ThrowsAtOnceAndNamesTheLimit(
        TimeSpan quiet, TimeSpan maxWait, string parameter, string message) => Assert.That(
        () => Observable.Never<int>().CoalesceBy(x => x, quiet, maxWait),
        Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Property("ParamName").EqualTo(parameter).And.Message.Contains(message));

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
