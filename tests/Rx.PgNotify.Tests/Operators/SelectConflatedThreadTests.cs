using System.Diagnostics;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.TestFixtures;
using Rx.PgNotify.Tests.Binding;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Real threads; what is asserted holds for every interleaving.</summary>
[LongTest]
[WithoutContext]
public class SelectConflatedThreadTests
{
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);
    static readonly ChannelSignal s_change = ChannelSignal.Resync("a", ResyncReasons.Subscribed);

    // A run ends on one thread while the source fails on another.
    [Test]
    public void OnError_NeverOverlapsAResultOrTheTellingOfAFailure([Values] bool retried)
    {
        const int most = 50_000;
        const int least = 1_000;
        var limit = TimeSpan.FromSeconds(5); // on a busy machine each meeting of two threads takes a slice of time
        var clock = Stopwatch.StartNew();
        var isLast = false;
        var seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var (random, endingRandom) = (new Random(seed), new Random(seed + 1));
        var run = new TaskCompletionSource<int>();
        var overlaps = 0;
        using var barrier = new Barrier(2);
        var ending = new Thread(() =>
        {
            for (var hasEnded = false; !hasEnded;)
            {
                barrier.SignalAndWait();
                hasEnded = Volatile.Read(ref isLast);
                Thread.SpinWait(endingRandom.Next(40));
                if (retried)
                    run.SetException(new InvalidOperationException());
                else
                    run.SetResult(1);
                barrier.SignalAndWait();
            }
        });
        ending.Start();
        for (var round = 1; !isLast; round++)
        {
            Volatile.Write(ref isLast, round == most || (round >= least && clock.Elapsed > limit));
            run = new TaskCompletionSource<int>();
            using var source = new Subject<ChannelSignal>();
            var (inside, hasEnded) = (0, 0);
            void Enter(int _)
            {
                overlaps += Interlocked.Increment(ref inside) - 1 + Volatile.Read(ref hasEnded);
                Thread.SpinWait(100);
                Interlocked.Decrement(ref inside);
            }

            var query = run.Task;
            using var subscription = (retried
                    ? source.LiveQuery(_ => query, new LiveQueryOptions { QueryFailed = _ => Enter(0), RetryDelay = TimeSpan.FromDays(1) })
                    : source.LiveQuery(_ => query))
                .Subscribe(Enter, _ =>
                {
                    Volatile.Write(ref hasEnded, 1);
                    overlaps += Volatile.Read(ref inside);
                });
            source.OnNext(s_change);
            barrier.SignalAndWait();
            Thread.SpinWait(random.Next(400)); // an exception takes longer to get through than a result
            source.OnError(new InvalidOperationException());
            barrier.SignalAndWait();
        }

        ending.Join();
        Assert.That(overlaps, Is.Zero);
    }

    [TestCase(TestName = "runs that complete at once or later, at full speed")]
    public void TheLastValueIsRunLast_AndNeverTwoAtOnce()
    {
        const int rounds = 500;
        var seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < rounds; round++)
        {
            using var source = new Subject<int>();
            var inside = 0;
            string? wrong = null;
            var latest = -1;
            using var ended = new ManualResetEventSlim();
            var yields = random.Next(3);
            using var subscription = source
                .SelectConflated(async (value, _) =>
                {
                    if (Interlocked.Increment(ref inside) != 1)
                        wrong = "two runs at once";
                    for (var i = 0; i < (value + yields) % 3; i++)
                        await Task.Yield();
                    Interlocked.Decrement(ref inside);
                    return value;
                })
                .Subscribe(
                    value =>
                    {
                        if (Interlocked.Increment(ref inside) != 1)
                            wrong = "a run during OnNext";
                        if (value <= latest)
                            wrong = $"{value} after {latest}";
                        latest = value;
                        Interlocked.Decrement(ref inside);
                    },
                    ended.Set);

            var count = random.Next(1, 200);
            for (var i = 0; i < count; i++)
                source.OnNext(i);
            source.OnCompleted();

            Assert.That(ended.Wait(s_deadline), Is.True, "completed");
            Assert.That(wrong, Is.Null);
            Assert.That(latest, Is.EqualTo(count - 1));
        }
    }
}
