using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Real threads; what is asserted holds for every interleaving.</summary>
public class SelectConflatedThreadTests
{
    static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

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
