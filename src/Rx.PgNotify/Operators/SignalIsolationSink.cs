using System.Reactive.Concurrency;

namespace Rx.PgNotify.Operators;

/// <summary>Reports a gap by a Resync for each channel that lost something.</summary>
sealed class SignalIsolationSink<T>(IObserver<T> observer, int capacity, ResyncAccess<T> access, IScheduler? scheduler)
    : IsolationSink<T>(observer, capacity, scheduler)
{
    readonly IObserver<T> _observer = observer;

    // Swapped when a gap is taken, so that no gap allocates however long an overload lasts.
    ResyncSet<T> _dropped = new(access);
    ResyncSet<T> _taken = new(access);

    protected override void Drop_NeedsLock(T oldest) => _dropped.AddDropped(oldest);

    protected override bool TakeGap_NeedsLock()
    {
        if (_dropped.IsEmpty)
            return false;
        (_dropped, _taken) = (_taken, _dropped);
        return true;
    }

    protected override void ReportGap()
    {
        while (!IsOver && _taken.TryTake(out var resync))
            _observer.OnNext(resync);
        _taken.Clear();
    }
}
