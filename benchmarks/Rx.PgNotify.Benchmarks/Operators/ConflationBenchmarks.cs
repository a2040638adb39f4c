using System.Reactive.Linq;
using System.Reactive.Subjects;
using BenchmarkDotNet.Attributes;

namespace Rx.PgNotify.Benchmarks.Operators;

/// <summary>What a value costs that arrives while asynchronous work is under way, beside cancelling the work for it.</summary>
[MemoryDiagnoser]
public class ConflationBenchmarks
{
    const int Values = 10_000;

    static readonly ChannelSignal s_signal = ChannelSignal.From(new Notification("orders", "42", 1));

    [Benchmark(Baseline = true, OperationsPerInvoke = Values)]
    public void SelectSwitch() => Push(source => source.Select(_ => Observable.FromAsync(Work)).Switch());

    [Benchmark(OperationsPerInvoke = Values)]
    public void SelectConflated() => Push(source => source.SelectConflated((_, cancellation) => Work(cancellation)));

    [Benchmark(OperationsPerInvoke = Values)]
    public void SelectConcat() => Push(source => source.Select(_ => Observable.FromAsync(Work)).Concat());

    [Benchmark(OperationsPerInvoke = Values)]
    public void SelectAwait() => Push(source => source.SelectAwait((_, cancellation) => Work(cancellation)));

    [Benchmark(OperationsPerInvoke = Values)]
    public void LiveQuery() => Push(source => source.LiveQuery(Work));

    // Under way until the subscription ends.
    static Task<int> Work(CancellationToken cancellation)
    {
        var work = new TaskCompletionSource<int>();
        cancellation.Register(() => work.TrySetCanceled(cancellation));
        return work.Task;
    }

    static void Push(Func<IObservable<ChannelSignal>, IObservable<int>> with)
    {
        using var source = new Subject<ChannelSignal>();
        using var subscription = with(source).Subscribe(_ => { });
        for (var i = 0; i < Values; i++)
            source.OnNext(s_signal);
    }
}
