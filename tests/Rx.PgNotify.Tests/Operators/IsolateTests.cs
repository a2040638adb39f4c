using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Runtime.CompilerServices;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

public class IsolateTests
{
    //        source, 10 ms a character, capacity; the thread gets to it 50 ms later; !n is onDropped(n)
    [TestCase("a-----------", 3, "50:a", TestName = "one value")]
    [TestCase("abc---------", 3, "50:a 50:b 50:c", TestName = "as many values as may wait")]
    [TestCase("abcd--------", 3, "50:!1 50:b 50:c 50:d", TestName = "one more drops the oldest")]
    [TestCase("abcdef---g-|", 3, "50:!3 50:d 50:e 50:f 140:g 140:|", TestName = "the picture in docs/operators.md")]
    [TestCase("(abcdefgh)--", 1, "50:!7 50:h", TestName = "a capacity of one keeps the latest")]
    [TestCase("(abc)-------(def)-", 2, "50:!1 50:b 50:c 130:!1 130:e 130:f", TestName = "each gap is told by itself")]
    [TestCase("(abcd)|-----", 2, "50:!2 50:c 50:d 50:|", TestName = "what waits comes before completion")]
    [TestCase("(abcd)#-----", 2, "50:!2 50:c 50:d 50:#failed", TestName = "what waits comes before an error")]
    [TestCase("abc------|", 3, "50:a 50:b 50:c 140:|", TestName = "completion is late, too")]
    [TestCase("-|", 3, "60:|", TestName = "an empty source completes")]
    [TestCase("-#", 3, "60:#failed", TestName = "an error alone")]
    [TestCase("------------", 3, "", TestName = "no value, no result")]
    public void Isolate_OfMarbles_DropsTheOldestAndTells(string marbles, int capacity, string expected)
    {
        var time = new TestScheduler();
        var recorder = time.CreateRecorder<string>();
        using var subscription = time.CreateHot(marbles)
            .Isolate(capacity, n => recorder.OnNext($"!{n}"), new LateScheduler(time, TimeSpan.FromMilliseconds(50)))
            .Select(c => c.ToString())
            .Subscribe(recorder);

        time.Start();

        Assert.That(recorder.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void Isolate_WithoutOnDropped_DropsAllTheSame()
    {
        var time = new TestScheduler();

        var result = time.Record(time.CreateHot("(abcd)|").Isolate(2, scheduler: time));

        Assert.That(result.ToString(), Is.EqualTo("0:c 0:d 10:|"));
    }

    [Test]
    public void Isolate_ByDefault_KeepsTheLatest1024OnTheThreadPool()
    {
        using var source = new Subject<int>();
        using var observer = new BusyObserver();
        var onPool = true;
        using var subscription = source.Isolate().Subscribe(i =>
        {
            onPool &= Thread.CurrentThread.IsThreadPoolThread;
            observer.OnNext([i]);
        });

        source.OnNext(0);
        observer.WaitUntilBusy();
        for (var i = 1; i <= 2_000; i++)
            source.OnNext(i);
        observer.Release();

        Assert.That(() => observer.Received, Is.EqualTo(1_025).After(120_000, 5));
        Assert.That(onPool, Is.True);
    }

    [Test]
    public void Isolate_ForAValueThatWaitsOrIsDropped_AllocatesNothing()
    {
        using var source = new Subject<long>();
        using var subscription = source.Isolate(64, _ => { }, new StepScheduler()).Subscribe(_ => { });
        Send(source, 1_000);

        Assert.That(AllocatedBytes.Least(() => Send(source, 100_000)), Is.Zero);
    }

    [Test]
    public void Isolate_ForAValueThatIsDelivered_AllocatesOnlyForEachTurn()
    {
        const int count = 100_000;
        var thread = new StepScheduler();
        using var source = new Subject<long>();
        var received = 0;
        using var subscription = source.Isolate(16, scheduler: thread).Subscribe(i =>
        {
            received++;
            if (i > 0)
                source.OnNext(i - 1); // something always waits: no work item ends because there is nothing to do
        });
        source.OnNext(1_000);
        thread.RunAll();
        received = 0;

        var before = GC.GetAllocatedBytesForCurrentThread();
        source.OnNext(count - 1);
        thread.RunAll();
        var perValue = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)count;

        Assert.That(received, Is.EqualTo(count));
        Assert.That(perValue, Is.LessThan(8), "a work item of a few hundred bytes for 256 values");
    }

    [Test]
    public void Isolate_OfReferences_LetsGoOfWhatWasDeliveredOrDropped()
    {
        var thread = new StepScheduler();
        using var source = new Subject<object>();
        using var subscription = source.Isolate(1, scheduler: thread).Subscribe(_ => { });
        var dropped = SendOne(source);
        var delivered = SendOne(source);
        thread.RunAll();

        GC.Collect();

        Assert.That(dropped.IsAlive, Is.False, "dropped");
        Assert.That(delivered.IsAlive, Is.False, "delivered");
    }

    [Test]
    public void Isolate_AfterDispose_LetsGoOfWhatWaits()
    {
        using var source = new Subject<object>();
        var subscription = source.Isolate(4, scheduler: new StepScheduler()).Subscribe(_ => { });
        var waiting = SendOne(source);
        subscription.Dispose();

        GC.Collect();

        Assert.That(waiting.IsAlive, Is.False);
        GC.KeepAlive(subscription);
    }

    [Test]
    public void Isolate_WithoutASource_Throws() => Assert.That(
        () => PgObservable.Isolate((IObservable<int>)null!),
        Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(int.MinValue)]
    [TestCase(16_777_217)]
    public void Isolate_WithABadCapacity_ThrowsAtOnceAndNamesTheLimit(int capacity) => Assert.That(
        () => Observable.Never<int>().Isolate(capacity),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("capacity")
            .And.Message.Contains("from 1 to 16,777,216"));

    [Test]
    public void Isolate_WithTheLargestCapacity_TakesMemoryOnlyAsNeeded()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = Observable.Return(1).Isolate(16_777_216, scheduler: ImmediateScheduler.Instance).Wait();

        Assert.That(result, Is.EqualTo(1));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000_000));
    }

    static void Send(Subject<long> source, int count)
    {
        for (var i = 0; i < count; i++)
            source.OnNext(i);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference SendOne(Subject<object> source)
    {
        var value = new object();
        source.OnNext(value);
        return new WeakReference(value);
    }
}
