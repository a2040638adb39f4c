using System.Diagnostics;
using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Disposing at any moment, seen from another thread than the one that delivers.</summary>
public class DisposeThreadTests
{
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    public static IEnumerable<TestCaseData<Func<IObservable<int>, IObservable<object>>>> Operators =>
    [
        Of("Debounce", source => source.Debounce(TimeSpan.Zero, TimeSpan.Zero).Select(v => (object)v)),
        Of("Coalesce", source => source.Coalesce(TimeSpan.Zero, TimeSpan.Zero)),
        Of("CoalesceBy", source => source.CoalesceBy(v => v % 8, TimeSpan.Zero, TimeSpan.Zero)),
        Of("ThrottleLatest", source => source.ThrottleLatest(TimeSpan.Zero).Select(v => (object)v)),
        Of("ThrottleLatest, trailing", source => source.ThrottleLatest(TimeSpan.Zero, leading: false).Select(v => (object)v)),
        Of("Isolate", source => source.Isolate(100).Select(v => (object)v)),
        Of("SelectConflated", source => source.SelectConflated(async (v, _) =>
        {
            await Task.Yield();
            return (object)v;
        })),
        Of("SelectAwait", source => source.SelectAwait(
            async (v, _) =>
            {
                await Task.Yield();
                return (object)v;
            },
            capacity: int.MaxValue)), // the source is faster
    ];

    [TestCaseSource(nameof(Operators))]
    public void Dispose_AtAnyMoment_IsFollowedByNoCallButTheOneThatWasClaimed(Func<IObservable<int>, IObservable<object>> apply)
    {
        var seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var source = new Subject<int>();
        var stop = false;
        var producer = new Thread(() =>
        {
            for (var i = 0; !Volatile.Read(ref stop); i++)
            {
                source.OnNext(i);
                if (i % 100 == 0)
                    Thread.Yield();
            }
        });
        producer.Start();

        var early = 0;
        var late = 0;
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < 200 || (Volatile.Read(ref early) == 0 && clock.Elapsed < s_deadline); round++)
        {
            var disposed = false;
            var claimed = 0;
            var subscription = apply(source).Subscribe(_ =>
            {
                if (Volatile.Read(ref disposed))
                    Interlocked.Increment(ref claimed);
                else
                    Interlocked.Increment(ref early);
            });
            Producers.Spin(TimeSpan.FromMicroseconds(random.Next(500)));
            subscription.Dispose();
            Volatile.Write(ref disposed, true);
            Producers.Spin(TimeSpan.FromMicroseconds(500));
            late = Math.Max(late, Volatile.Read(ref claimed));
        }

        Volatile.Write(ref stop, true);
        Assert.That(producer.Join(s_deadline), Is.True);
        Assert.That(early, Is.Positive);
        Assert.That(late, Is.LessThanOrEqualTo(1), "the one call that had been claimed");
    }

    static TestCaseData<Func<IObservable<int>, IObservable<object>>> Of(
        string name, Func<IObservable<int>, IObservable<object>> apply) => new(apply) { TestName = $"Dispose_AtAnyMoment({name})" };
}
