using System.Reactive.Linq;
using System.Reactive.Subjects;
using BenchmarkDotNet.Attributes;

namespace Rx.PgNotify.Benchmarks.Operators;

/// <summary>What a value costs on its way into a burst, beside System.Reactive's nearest operators.</summary>
[MemoryDiagnoser]
public class BurstBenchmarks
{
    const int Values = 10_000;
    const int Keys = 100;

    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan s_maxWait = TimeSpan.FromSeconds(1);

    [Benchmark(Baseline = true, OperationsPerInvoke = Values)]
    public int Throttle() => Push(source => source.Throttle(s_quiet));

    [Benchmark(OperationsPerInvoke = Values)]
    public int Debounce() => Push(source => source.Debounce(s_quiet, s_maxWait));

    [Benchmark(OperationsPerInvoke = Values)]
    public int Buffer() => Push(source => source.Buffer(s_quiet));

    [Benchmark(OperationsPerInvoke = Values)]
    public int Coalesce() => Push(source => source.Coalesce(s_quiet, s_maxWait));

    [Benchmark(OperationsPerInvoke = Values)]
    public int BufferAndGroupBy() => Push(source => source.Buffer(s_quiet)
        .Select(values => values.GroupBy(value => value % Keys).Select(group => group.Last()).ToList()));

    [Benchmark(OperationsPerInvoke = Values)]
    public int CoalesceBy() => Push(source => source.CoalesceBy(value => value % Keys, s_quiet, s_maxWait));

    static int Push<TResult>(Func<IObservable<int>, IObservable<TResult>> with)
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
