using System.Reactive.Linq;
using System.Reactive.Subjects;
using BenchmarkDotNet.Attributes;

namespace Rx.PgNotify.Benchmarks.Operators;

/// <summary>What a value costs that mostly falls into an interval, beside System.Reactive's nearest operator.</summary>
[MemoryDiagnoser]
public class ThrottleBenchmarks
{
    const int Values = 10_000;

    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(50);

    [Benchmark(Baseline = true, OperationsPerInvoke = Values)]
    public int Sample() => Push(source => source.Sample(s_interval));

    [Benchmark(OperationsPerInvoke = Values)]
    public int ThrottleLatest() => Push(source => source.ThrottleLatest(s_interval));

    [Benchmark(OperationsPerInvoke = Values)]
    public int ThrottleLatestWithoutInterval() => Push(source => source.ThrottleLatest(TimeSpan.Zero));

    static int Push(Func<IObservable<int>, IObservable<int>> with)
    {
        using var source = new Subject<int>();
        var results = 0;
        using var subscription = with(source).Subscribe(_ => results++);
        for (var i = 0; i < Values; i++)
            source.OnNext(i);
        source.OnCompleted();
        return results;
    }
}
