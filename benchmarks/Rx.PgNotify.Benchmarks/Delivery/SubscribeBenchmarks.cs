using System.Reactive.Subjects;
using BenchmarkDotNet.Attributes;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Benchmarks.Delivery;

/// <summary>Subscribing and disposing, on a channel that others keep listened to: neither waits for the server.</summary>
[MemoryDiagnoser]
public class SubscribeBenchmarks
{
    readonly Subject<Notification> _subject = new();
    readonly IObserver<Notification> _observer = System.Reactive.Observer.Create<Notification>(_ => { });
    PostgresServer _server = null!;
    PgListener _listener = null!;
    PgChannel _channel = null!;

    [GlobalSetup]
    public async Task StartAsync()
    {
        _server = await PostgresServer.StartAsync();
        _listener = new PgListener(_server.ConnectionString);
        _channel = _listener.Channel("orders");
        await _channel.SubscribeAsync(_observer);
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        await _listener.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Benchmark(Baseline = true)]
    public void Subject() => _subject.Subscribe(_observer).Dispose();

    [Benchmark]
    public void Channel() => _channel.Subscribe(_observer).Dispose();

    [Benchmark]
    public Task SubscribeAsync() => SubscribeAndDisposeAsync();

    async Task SubscribeAndDisposeAsync() => (await _channel.SubscribeAsync(_observer)).Dispose();
}
