using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using BenchmarkDotNet.Attributes;
using Rx.PgNotify.Benchmarks.Comparison.Receiving;

namespace Rx.PgNotify.Benchmarks.Operators;

/// <summary>What handing a value over to another thread costs, through a bounded queue and through Rx's unbounded one.</summary>
[MemoryDiagnoser]
public class IsolateBenchmarks
{
    const int Values = 10_000;

    [Benchmark(Baseline = true, OperationsPerInvoke = Values)]
    public long ObserveOn() => Push(source => source.ObserveOn(TaskPoolScheduler.Default));

    [Benchmark(OperationsPerInvoke = Values)]
    public long Isolate() => Push(source => source.Isolate(Values));

    static long Push(Func<IObservable<int>, IObservable<int>> with)
    {
        using var source = new Subject<int>();
        var tally = new Tally();
        using var subscription = with(source).Subscribe(tally.Observer<int>());
        var received = tally.Expect(Values, null);
        for (var i = 0; i < Values; i++)
            source.OnNext(i);
        return received.GetAwaiter().GetResult();
    }
}
