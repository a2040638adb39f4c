using System.Reactive.Subjects;
using Rx.PgNotify.Tests.Binding;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Real threads; what is asserted holds for every interleaving.</summary>
[WithoutContext]
public class SelectAwaitThreadTests
{
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    [TestCase(TestName = "runs that complete at once or later, at full speed, every value once")]
    public void EveryValueIsHandledOnce_InOrder_AndNeverTwoAtOnce()
    {
        const int rounds = 300;
        var seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < rounds; round++)
        {
            using var source = new Subject<int>();
            var inside = 0;
            string? wrong = null;
            var next = 0;
            using var ended = new ManualResetEventSlim();
            var yields = random.Next(3);
            using var subscription = source.SubscribeAwait(
                async (value, _) =>
                {
                    if (Interlocked.Increment(ref inside) != 1)
                        wrong = "two calls at once";
                    if (value != next)
                        wrong = $"{value} in place of {next}";
                    next++;
                    for (var i = 0; i < (value + yields) % 3; i++)
                        await Task.Yield();
                    Interlocked.Decrement(ref inside);
                },
                error =>
                {
                    wrong = error.Message;
                    ended.Set();
                },
                ended.Set);

            var count = random.Next(1, 200);
            for (var i = 0; i < count; i++)
                source.OnNext(i);
            source.OnCompleted();

            Assert.That(ended.Wait(s_deadline), Is.True, "completed");
            Assert.That(wrong, Is.Null);
            Assert.That(next, Is.EqualTo(count));
        }
    }

    // A call ends on one thread while the queue overflows on another.
    [Test]
    public void AnOverflow_AtAnyMoment_IsReportedOnceAndLeavesTheSource()
    {
        const int rounds = 2_000;
        for (var round = 0; round < rounds; round++)
        {
            using var source = new Subject<int>();
            var run = new TaskCompletionSource();
            var errors = 0;
            using var subscription = source.SubscribeAwait(
                (value, _) => value == 0 ? run.Task : Task.CompletedTask,
                _ => Interlocked.Increment(ref errors),
                capacity: 1);
            source.OnNext(0);
            source.OnNext(1);
            var ending = Task.Run(run.SetResult);
            source.OnNext(2); // there is a place for it, or there is not
            source.OnNext(3);
            Assert.That(ending.Wait(s_deadline), Is.True);

            Assert.That(errors, Is.LessThanOrEqualTo(1));
            Assert.That(source.HasObservers, Is.EqualTo(errors == 0));
        }
    }
}
