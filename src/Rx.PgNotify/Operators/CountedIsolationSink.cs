using System.Reactive.Concurrency;

namespace Rx.PgNotify.Operators;

/// <summary>Reports a gap by the number of values dropped.</summary>
sealed class CountedIsolationSink<T>(
    IObserver<T> observer, int capacity, Action<long>? onDropped, IScheduler? scheduler)
    : IsolationSink<T>(observer, capacity, scheduler)
{
    long _dropped;
    long _taken;

    protected override void Drop_NeedsLock(T oldest) => _dropped++;

    protected override bool TakeGap_NeedsLock()
    {
        _taken = _dropped;
        _dropped = 0;
        return _taken > 0;
    }

    protected override void ReportGap()
    {
        try
        {
            onDropped?.Invoke(_taken);
        }
        catch
        {
            Dispose();
            throw;
        }
    }
}
