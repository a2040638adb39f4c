using System.Diagnostics;
using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Real threads and real timers; what is asserted holds for every interleaving.</summary>
public class ThrottleLatestThreadTests
{
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(3);
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    [TestCase(true, 3, 3_000, TestName = "leading, with pauses between the values")]
    [TestCase(false, 3, 3_000, TestName = "not leading, with pauses between the values")]
    [TestCase(true, 0, 0, TestName = "leading, at full speed without an interval")]
    [TestCase(false, 0, 0, TestName = "not leading, at full speed without an interval")]
    public void ThrottleLatest_AfterSeveralThreadsFellSilent_HasGivenTheLatestAndNeverTooOften(
        bool leading, int milliseconds, int longestPause)
    {
        var interval = TimeSpan.FromMilliseconds(milliseconds);
        var seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        using var subject = new Subject<long>();
        var order = new Lock();
        long last = 0, latest = 0;
        var emissions = 0;
        var inside = 0;
        string? wrong = null;
        var clock = Stopwatch.StartNew();
        using var subscription = subject.ThrottleLatest(interval, leading).Subscribe(value =>
        {
            if (Interlocked.Increment(ref inside) != 1)
                wrong ??= "two calls at once";
            if (value <= Volatile.Read(ref latest))
                wrong ??= $"{value} after {latest}";
            if (++emissions > 1 && (emissions - 1) * interval > clock.Elapsed)
                wrong ??= $"{emissions} emissions in {clock.Elapsed}";
            if (emissions % 8 == 0)
                Producers.Spin(2 * interval);
            Volatile.Write(ref latest, value);
            Interlocked.Decrement(ref inside);
        });

        Producers.Run(
            seed,
            longestPause,
            (_, _) =>
            {
                lock (order)
                    subject.OnNext(++last);
            },
            enough: () => Volatile.Read(ref emissions) > 1);

        Assert.That(SpinWait.SpinUntil(() => Volatile.Read(ref latest) == last, s_deadline), Is.True, "the last value came");
        Assert.That(wrong, Is.Null);
        Assert.That(emissions, Is.GreaterThan(1));
    }

    [Test]
    public void Completion_AtAnyMoment_FollowsTheLatestValue()
    {
        var seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            using var source = new Subject<int>();
            using var ended = new ManualResetEventSlim();
            var last = -1;
            var late = 0;
            using var subscription = source.ThrottleLatest(TimeSpan.FromMilliseconds(1)).Subscribe(
                value =>
                {
                    last = value;
                    if (ended.IsSet)
                        late++;
                },
                ended.Set);

            var count = random.Next(1, 5);
            for (var i = 0; i < count; i++)
            {
                source.OnNext(i);
                Producers.Spin(TimeSpan.FromMicroseconds(random.Next(600)));
            }

            source.OnCompleted();

            Assert.That(ended.Wait(s_deadline), Is.True, "completed");
            Assert.That(last, Is.EqualTo(count - 1));
            Assert.That(late, Is.Zero);
        }
    }

    [Test]
    public void Source_WhileTheObserverIsBusy_IsNotHeldUpAndConflates()
    {
        using var source = new Subject<int>();
        using var observer = new BusyObserver();
        using var subscription = source.ThrottleLatest(s_interval, leading: false).Subscribe(v => observer.OnNext([v]));

        source.OnNext(0);
        observer.WaitUntilBusy();
        for (var i = 1; i <= 1_000; i++)
            source.OnNext(i);
        Producers.Spin(3 * s_interval);
        source.OnNext(1_001);
        observer.Release();

        Assert.That(SpinWait.SpinUntil(() => observer.Received == 2, s_deadline), Is.True);
        Assert.That(observer.Latest, Is.EqualTo(1_001));
        Assert.That(observer.WasHeldUp, Is.False);
    }

    [Test]
    public void Dispose_WhileTheObserverIsBusy_IsNotHeldUp()
    {
        using var source = new Subject<int>();
        using var observer = new BusyObserver();
        var subscription = source.ThrottleLatest(s_interval, leading: false).Subscribe(v => observer.OnNext([v]));

        source.OnNext(0);
        observer.WaitUntilBusy();
        source.OnNext(1);
        subscription.Dispose();
        observer.Release();

        Assert.That(SpinWait.SpinUntil(() => observer.Received == 1, s_deadline), Is.True);
        Assert.That(observer.WasHeldUp, Is.False);
    }
}
