namespace Rx.PgNotify.Operators;

/// <summary>Runs the function for the value that came last during the run before, and for each Resync.</summary>
sealed class ConflatedSink<TSource, TResult>(
    IObserver<TResult> observer, Func<TSource, CancellationToken, Task<TResult>> selector)
    : ValueRunSink<TSource, TResult>(observer, selector)
{
    readonly LatestGatherer<TSource> _waiting = new();

    protected override bool IsDue_NeedsLock => !_waiting.IsEmpty;

    protected override Exception? Add_NeedsLock(TSource value)
    {
        _waiting.Add(value);
        return null;
    }

    protected override TSource Take_NeedsLock()
    {
        _waiting.TryTake(out var value);
        return value!;
    }
}
