using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Real threads and real timers; what is asserted holds for every interleaving.</summary>
public class BurstThreadTests
{
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(1);
    static readonly TimeSpan s_maxWait = TimeSpan.FromMilliseconds(4);
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    [TestCase(1, 4, 3_000, TestName = "with pauses between the values")]
    [TestCase(0, 0, 0, TestName = "at full speed, a timer at every moment")]
    public void Coalesce_OfSeveralThreads_GivesEveryValueOnceInOrder(int quietMs, int maxWaitMs, int longestPause)
    {
        var quiet = TimeSpan.FromMilliseconds(quietMs);
        var maxWait = TimeSpan.FromMilliseconds(maxWaitMs);
        var seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        using var subject = new Subject<(int Producer, int Number)>();
        var input = Subject.Synchronize(subject);
        var next = new int[Producers.Count];
        var bursts = 0;
        var inside = 0;
        string? wrong = null;
        using var ended = new ManualResetEventSlim();
        using var subscription = input.Coalesce(quiet, maxWait).Subscribe(
            burst =>
            {
                if (Interlocked.Increment(ref inside) != 1)
                    wrong ??= "two calls at once";
                if (burst.Count == 0)
                    wrong ??= "an empty burst";
                foreach (var (producer, number) in burst)
                {
                    if (number != next[producer]++)
                        wrong ??= $"{number} of producer {producer} instead of {next[producer] - 1}";
                }

                if (++bursts % 8 == 0)
                    Producers.Spin(TimeSpan.FromTicks(2 * maxWait.Ticks));
                Interlocked.Decrement(ref inside);
            },
            () =>
            {
                if (Interlocked.Increment(ref inside) != 1)
                    wrong ??= "completion inside OnNext";
                ended.Set();
            });

        var sent = Producers.Run(
            seed, longestPause, (producer, number) => input.OnNext((producer, number)), enough: () => Volatile.Read(ref bursts) > 1);
        input.OnCompleted();

        Assert.That(ended.Wait(s_deadline), Is.True, "completed");
        Assert.That(wrong, Is.Null);
        Assert.That(next, Is.EqualTo(sent));
        Assert.That(bursts, Is.GreaterThan(1));
    }

    [Test]
    public void Debounce_AfterSeveralThreadsFellSilent_HasGivenTheLatestValue()
    {
        var seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        using var subject = new Subject<long>();
        var input = Subject.Synchronize(subject);
        var order = new Lock();
        long last = 0, latest = 0;
        var inside = 0;
        string? wrong = null;
        using var subscription = input.Debounce(s_quiet, s_maxWait).Subscribe(value =>
        {
            if (Interlocked.Increment(ref inside) != 1)
                wrong ??= "two calls at once";
            if (value <= Volatile.Read(ref latest))
                wrong ??= $"{value} after {latest}";
            Volatile.Write(ref latest, value);
            Interlocked.Decrement(ref inside);
        });

        Producers.Run(seed, longestPause: 3_000, (_, _) =>
        {
            lock (order)
                input.OnNext(++last);
        });

        Assert.That(SpinWait.SpinUntil(() => Volatile.Read(ref latest) == last, s_deadline), Is.True, "the last value came");
        Assert.That(wrong, Is.Null);
    }

    [Test]
    public void Source_WhileTheObserverIsBusy_IsNotHeldUp()
    {
        using var source = new Subject<int>();
        using var observer = new BusyObserver();
        using var subscription = source.Coalesce(s_quiet, s_quiet).Subscribe(observer.OnNext);

        source.OnNext(0);
        observer.WaitUntilBusy();
        for (var i = 1; i <= 1_000; i++)
            source.OnNext(i);
        Producers.Spin(TimeSpan.FromMilliseconds(20));
        observer.Release();

        Assert.That(SpinWait.SpinUntil(() => observer.Received == 1_001, s_deadline), Is.True);
        Assert.That(observer.Bursts, Is.EqualTo(new[] { 1, 1_000 }));
        Assert.That(observer.WasHeldUp, Is.False);
    }

    [Test]
    public void Dispose_WhileTheObserverIsBusy_IsNotHeldUp()
    {
        using var source = new Subject<int>();
        using var observer = new BusyObserver();
        var subscription = source.Coalesce(s_quiet, s_quiet).Subscribe(observer.OnNext);

        source.OnNext(0);
        observer.WaitUntilBusy();
        source.OnNext(1);
        subscription.Dispose();
        observer.Release();

        Assert.That(SpinWait.SpinUntil(() => observer.Received == 1, s_deadline), Is.True);
        Assert.That(observer.WasHeldUp, Is.False);
    }
}
