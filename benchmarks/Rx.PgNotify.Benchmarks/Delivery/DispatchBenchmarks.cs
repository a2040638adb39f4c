using System.Reactive.Subjects;
using BenchmarkDotNet.Attributes;
using Rx.PgNotify.Benchmarks.Comparison.Receiving;
using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Benchmarks.Delivery;

/// <summary>
/// What a notification costs from the socket's thread to the last of its subscribers: stored once and handed over to
/// the thread pool, beside a <c>Subject</c>, which calls all of them on the socket's thread.
/// </summary>
[MemoryDiagnoser]
public class DispatchBenchmarks
{
    const int Notifications = 1_000;

    readonly ChannelHub _hub = new("orders", typeof(PgListener), 65_536, new BufferBudget(64 * 1024 * 1024), new DeliveryCounts());
    readonly Subject<string> _subject = new();
    readonly Tally _hubTally = new();
    readonly Tally _subjectTally = new();

    [Params(1, 10, 1_000)]
    public int Subscribers { get; set; }

    [GlobalSetup]
    public void Subscribe()
    {
        var calls = new ObserverCalls(null, null, (_, _) => { });
        _hub.ListenRequested();
        _hub.Acknowledge();
        for (var i = 0; i < Subscribers; i++)
        {
            _hub.Join(new NotificationSubscription(_hub, calls, () => { }, null, _hubTally.Observer<Notification>()));
            _subject.Subscribe(_subjectTally.Observer<string>());
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Notifications)]
    public long Subject()
    {
        var received = _subjectTally.Expect(Notifications, null);
        for (var i = 0; i < Notifications; i++)
            _subject.OnNext("42");
        return received.GetAwaiter().GetResult();
    }

    [Benchmark(OperationsPerInvoke = Notifications)]
    public long Channel()
    {
        var received = _hubTally.Expect(Notifications, null);
        for (var i = 0; i < Notifications; i++)
            _hub.Append([new Notification("orders", "42", 1)]);
        return received.GetAwaiter().GetResult();
    }
}
