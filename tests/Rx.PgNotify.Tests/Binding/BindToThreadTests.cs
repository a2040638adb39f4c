using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Reactive.Subjects;

namespace Rx.PgNotify.Tests.Binding;

/// <summary>Real threads; what is asserted holds for every interleaving.</summary>
public class BindToThreadTests
{
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    [Test]
    public void Collection_WhileAnotherThreadSendsSnapshots_ChangesOnTheContextsThreadOnlyAndEndsWithTheLast()
    {
        var seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        using var stop = new CancellationTokenSource();
        using var context = new SingleThreadContext();
        using var source = new Subject<int[]>();
        var target = new ObservableCollection<int>();
        var strangers = 0;
        var applied = 0;
        var thread = context.RunOnThread(stop.Token);
        target.CollectionChanged += (_, _) =>
        {
            if (Thread.CurrentThread != thread)
                Interlocked.Increment(ref strangers);
        };
        using var last = new ManualResetEventSlim();
        target.CollectionChanged += (_, e) =>
        {
            applied++;
            if (e.NewItems is [-1])
                last.Set();
        };
        using var binding = source.BindTo(target, row => row, context: context);

        var random = new Random(seed);
        var rows = Enumerable.Range(0, 30).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            random.Shuffle(rows);
            source.OnNext(rows[random.Next(10)..]);
        }

        // The mark is inserted last of all: once it is there, so is everything else.
        source.OnNext([.. rows, -1]);

        Assert.That(last.Wait(s_deadline), Is.True);
        stop.Cancel();
        Assert.That(thread.Join(s_deadline), Is.True);
        Assert.That(target, Is.EqualTo(rows.Append(-1)));
        Assert.That(strangers, Is.Zero);
        Assert.That(applied, Is.Positive);
    }

    [Test]
    public void Context_OfSeveralThreads_StillGetsOneSnapshotAtATime()
    {
        using var source = new Subject<int[]>();
        var target = new ObservableCollection<int>();
        var inside = 0;
        var overlaps = 0;
        using var last = new ManualResetEventSlim();
        target.CollectionChanged += (_, e) =>
        {
            if (Interlocked.Increment(ref inside) != 1)
                Interlocked.Increment(ref overlaps);
            Thread.Yield();
            if (e.NewItems is [-1])
                last.Set();
            Interlocked.Decrement(ref inside);
        };
        // The base class posts to the thread pool.
        using var binding = source.BindTo(target, row => row, context: new SynchronizationContext());

        for (var i = 0; i < 20_000; i++)
            source.OnNext([i, i + 1, i + 2]);
        source.OnNext([20_000, 20_001, -1]);

        Assert.That(last.Wait(s_deadline), Is.True);
        Assert.That(target, Is.EqualTo(new[] { 20_000, 20_001, -1 }));
        Assert.That(overlaps, Is.Zero);
    }

    [Test]
    public void Dispose_FromAnotherThread_IsFollowedByNoMoreThanTheChangeUnderWay()
    {
        var seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var stop = new CancellationTokenSource();
        using var context = new SingleThreadContext();
        var thread = context.RunOnThread(stop.Token);
        var snapshots = new[] { Enumerable.Range(0, 100).ToArray(), Enumerable.Range(200, 100).ToArray() };
        var early = 0;
        var most = 0;
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < 200 || (early == 0 && clock.Elapsed < s_deadline); round++)
        {
            using var source = new Subject<int[]>();
            var target = new ObservableCollection<int>();
            var disposed = false;
            var late = 0;
            target.CollectionChanged += (_, _) =>
            {
                if (Volatile.Read(ref disposed))
                    late++;
                else
                    early++;
            };
            var binding = source.BindTo(target, row => row, context: context);
            for (var i = 0; i < 20; i++)
                source.OnNext(snapshots[i % 2]);
            Spin(TimeSpan.FromMicroseconds(random.Next(300)));

            binding.Dispose();
            Volatile.Write(ref disposed, true);
            using var idle = new ManualResetEventSlim();
            context.Post(_ => idle.Set(), null);
            Assert.That(idle.Wait(s_deadline), Is.True);
            most = Math.Max(most, late);
        }

        stop.Cancel();
        Assert.That(thread.Join(s_deadline), Is.True);
        Assert.That(early, Is.Positive);
        Assert.That(most, Is.LessThanOrEqualTo(1));
    }

    // Random pauses to vary the interleaving, not to wait for anything.
    static void Spin(TimeSpan time)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time;)
            Thread.Yield();
    }
}
