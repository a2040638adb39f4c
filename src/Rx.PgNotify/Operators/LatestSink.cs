using System.Reactive.Concurrency;

namespace Rx.PgNotify;

/// <summary>Of the values until the deadline the latest.</summary>
sealed class LatestSink<T, TDeadline>(IObserver<T> observer, IScheduler scheduler, TDeadline deadline)
    : DeadlineSink<T, T, TDeadline>(observer, scheduler, deadline)
    where TDeadline : struct, IDeadline
{
    T _latest = default!;

    protected override void Add(T value) => _latest = value;

    protected override T Take()
    {
        var latest = _latest;
        _latest = default!;
        return latest;
    }
}
