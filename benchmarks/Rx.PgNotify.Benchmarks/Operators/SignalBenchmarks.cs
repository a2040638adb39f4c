using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text.Json;
using System.Text.Json.Serialization;
using BenchmarkDotNet.Attributes;

namespace Rx.PgNotify.Benchmarks.Operators;

/// <summary>What a signal costs that is looked at and passed on, beside the same by Rx's own operators.</summary>
[MemoryDiagnoser]
public partial class SignalBenchmarks
{
    const int Values = 10_000;

    static readonly ChannelSignal s_signal = ChannelSignal.From(new Notification("orders", """{"Id":42}""", 1));

    readonly PgNotifier _notifier = new("Host=localhost"); // connects when something is sent: never

    [Benchmark(Baseline = true, OperationsPerInvoke = Values)]
    public int Where() => Push(source => source.Where(signal => signal.Notification.ProcessId > 0));

    [Benchmark(OperationsPerInvoke = Values)]
    public int WhereNotification() => Push(source => source.WhereNotification(notification => notification.ProcessId > 0));

    [Benchmark(OperationsPerInvoke = Values)]
    public int ExceptFrom() => Push(source => source.ExceptFrom(_notifier));

    [Benchmark(OperationsPerInvoke = Values)]
    public int SelectDeserialize() => Push(source => source.Select(signal => JsonSerializer.Deserialize(signal.Notification.Payload, Json.Default.Order)));

    [Benchmark(OperationsPerInvoke = Values)]
    public int ParseJson() => Push(source => source.ParseJson(Json.Default.Order, (_, _) => { }));

    [GlobalCleanup]
    public ValueTask StopAsync() => _notifier.DisposeAsync();

    static int Push<TResult>(Func<IObservable<ChannelSignal>, IObservable<TResult>> with)
    {
        using var source = new Subject<ChannelSignal>();
        var results = 0;
        using var subscription = with(source).Subscribe(_ => results++);
        for (var i = 0; i < Values; i++)
            source.OnNext(s_signal);
        return results;
    }

    internal sealed record Order(int Id);

    [JsonSerializable(typeof(Order))]
    internal sealed partial class Json : JsonSerializerContext;
}
