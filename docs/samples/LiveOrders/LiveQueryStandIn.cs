using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Rx.PgNotify;

namespace LiveOrders;

/// <summary>To be removed together with this file as soon as the library has its own <c>LiveQuery</c>.</summary>
static class LiveQueryStandIn
{
    internal static IObservable<T> LiveQuery<T>(
        this IObservable<ChannelSignal> signals,
        Func<CancellationToken, Task<T>> query,
        TimeSpan? quiet = null,
        TimeSpan? maxWait = null,
        IScheduler? scheduler = null) =>
        signals
            .Debounce(quiet ?? TimeSpan.FromMilliseconds(50), maxWait ?? TimeSpan.FromMilliseconds(500), scheduler)
            .Select(_ => Observable.FromAsync(query))
            .Concat();
}
