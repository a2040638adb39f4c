using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Real threads and real timers; what is asserted holds for every interleaving.</summary>
public class CoalesceByThreadTests
{
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    [TestCase(1, 4, 3_000, TestName = "CoalesceBy with pauses between the values")]
    [TestCase(0, 0, 0, TestName = "CoalesceBy at full speed, a timer at every moment")]
    public void CoalesceBy_OfSeveralThreads_GivesEachKeyOnceABurstAndItsLatestValueInTheEnd(
        int quietMs, int maxWaitMs, int longestPause)
    {
        var quiet = TimeSpan.FromMilliseconds(quietMs);
        var maxWait = TimeSpan.FromMilliseconds(maxWaitMs);
        var seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        using var subject = new Subject<(int Producer, int Number)>();
        var input = Subject.Synchronize(subject);
        var latest = Enumerable.Repeat(-1, Producers.Count).ToArray();
        var bursts = 0;
        var inside = 0;
        string? wrong = null;
        using var ended = new ManualResetEventSlim();
        using var subscription = input.CoalesceBy(value => value.Producer, quiet, maxWait).Subscribe(
            burst =>
            {
                if (Interlocked.Increment(ref inside) != 1)
                    wrong ??= "two calls at once";
                if (burst.Count == 0)
                    wrong ??= "an empty burst";
                if (burst.DistinctBy(value => value.Producer).Count() != burst.Count)
                    wrong ??= $"a key twice in {string.Join(' ', burst)}";
                foreach (var (producer, number) in burst)
                {
                    if (number <= latest[producer])
                        wrong ??= $"{number} of producer {producer} after {latest[producer]}";
                    latest[producer] = number;
                }

                if (++bursts % 8 == 0)
                    Producers.Spin(TimeSpan.FromTicks(2 * maxWait.Ticks));
                Interlocked.Decrement(ref inside);
            },
            ended.Set);

        var sent = Producers.Run(
            seed, longestPause, (producer, number) => input.OnNext((producer, number)), enough: () => Volatile.Read(ref bursts) > 1);
        input.OnCompleted();

        Assert.That(ended.Wait(s_deadline), Is.True, "completed");
        Assert.That(wrong, Is.Null);
        Assert.That(latest, Is.EqualTo(sent.Select(count => count - 1)));
        Assert.That(bursts, Is.GreaterThan(1));
    }
}
