using System.Net.ServerSentEvents;
using System.Reactive;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.LiveDashboard;

/// <summary>
/// What all browsers are shown: queried, counted and made into JSON once, however many look on. Each stream keeps its
/// latest event for whoever comes next.
/// </summary>
public sealed class DashboardFeed : IDisposable
{
    // After a restart of the server the pool's connections are dead, and the first query fails on one of them.
    static readonly TimeSpan s_retryDelay = TimeSpan.FromMilliseconds(500);

    readonly CompositeDisposable _connections = [];
    readonly AsyncSubject<Unit> _ended = new();
    readonly IObservable<SseItem<string>> _events;

    public DashboardFeed(PgListener listener, OrdersTable table, ILogger<DashboardFeed> logger)
    {
        // Without an end by OnError what follows is never dead: a fault is seen in the listener's state.
        var signals = listener.Channel(OrdersTable.Channel).Signals
            .RetryWhen(errors => errors.SelectMany(error =>
                error is PgListenerException ? Observable.Return(0) : Observable.Throw<int>(error)));

        var isStale = new BehaviorSubject<bool>(false);
        var orders = signals
            .LiveQuery(table.OpenAsync, new()
            {
                Quiet = TimeSpan.FromMilliseconds(50),
                MaxWait = TimeSpan.FromMilliseconds(200),
                QueryFailed = error =>
                {
                    logger.OrdersNotRead(error);
                    isStale.OnNext(true);
                },
                RetryDelay = s_retryDelay,
            })
            .Do(_ => isStale.OnNext(false));

        var rate = signals
            .ParseJson(DashboardJson.Default.RowsChanged, onMalformed: (_, _) => { })
            .Coalesce(quiet: TimeSpan.FromMilliseconds(100), maxWait: TimeSpan.FromMilliseconds(500))
            .Timestamp()
            .Scan(ChangeRate.None, (rate, burst) => rate.Add(burst))
            .StartWith(ChangeRate.None);

        var line = listener.State.CombineLatest(isStale, LineStatus.Of).DistinctUntilChanged();

        _events = Observable.Merge(
            Shared("line", line, DashboardJson.Default.LineStatus),
            Shared("orders", orders, DashboardJson.Default.OpenOrders),
            Shared("rate", rate, DashboardJson.Default.ChangeRate)).TakeUntil(_ended);
    }

    /// <summary>The present state, and what follows. A browser that is slow misses what is outdated, and holds up nobody.</summary>
    public async IAsyncEnumerable<SseItem<string>> EventsAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var outbox = new Outbox();
        using var subscription = _events.Subscribe(outbox);
        await foreach (var item in outbox.ReadAllAsync(cancellation))
            yield return item;
    }

    /// <summary>Ends the events of all browsers.</summary>
    public void Dispose()
    {
        _ended.OnNext(Unit.Default);
        _ended.OnCompleted();
        _connections.Dispose();
    }

    // Connected for as long as the program runs. RefCount would stop with the last browser, and the chart with it.
    IObservable<SseItem<string>> Shared<T>(string name, IObservable<T> source, JsonTypeInfo<T> typeInfo)
    {
        var shared = source
            .Select(value => new SseItem<string>(JsonSerializer.Serialize(value, typeInfo), name)
            {
                ReconnectionInterval = TimeSpan.FromSeconds(1),
            })
            .Replay(1);
        _connections.Add(shared.Connect());
        return shared;
    }
}
