namespace Rx.PgNotify.Operators;

/// <summary>Runs the function for every value, in order, out of a bounded queue.</summary>
sealed class AwaitSink<TSource, TResult>(
    IObserver<TResult> observer, Func<TSource, CancellationToken, Task<TResult>> selector, int capacity)
    : ValueRunSink<TSource, TResult>(observer, selector)
{
    readonly RunQueue<TSource> _waiting = new(capacity);

    protected override bool IsDue_NeedsLock => !_waiting.IsEmpty;

    protected override Exception? Add_NeedsLock(TSource value) => _waiting.TryAdd(value)
        ? null
        : new InvalidOperationException(
            $"More than {capacity} values wait for the function that is awaited for each. " +
            "Raise capacity, have the function do less, conflate (SelectConflated), or gather (Coalesce).");

    protected override TSource Take_NeedsLock() => _waiting.Take();

    // A run that takes long keeps this sink: not what waited behind it, too.
    protected override void OnStopped()
    {
        lock (Gate)
            _waiting.Clear();
    }
}
