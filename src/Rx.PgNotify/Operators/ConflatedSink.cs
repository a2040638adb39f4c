namespace Rx.PgNotify.Operators;

/// <summary>Runs the function for the value that came last during the run before, and for each Resync, with no pause.</summary>
sealed class ConflatedSink<TSource, TResult>(
    IObserver<TResult> observer, Func<TSource, CancellationToken, Task<TResult>> selector)
    : RunSink<TSource, TResult>(observer)
{
    readonly LatestGatherer<TSource> _waiting = new();

    // Belongs to the holder of the turn.
    TSource _value = default!;

    protected override bool IsDue_NeedsLock => !_waiting.IsEmpty;

    public override void OnNext(TSource value)
    {
        NoteCaller();
        lock (Gate)
        {
            if (SourceState != SourceState.Active)
                return;
            _waiting.Add(value);
            if (!IsTurnFree_NeedsLock)
                return;
            TakeTurn_NeedsLock();
        }

        Run();
    }

    protected override void TakeTurn_NeedsLock()
    {
        base.TakeTurn_NeedsLock();
        _waiting.TryTake(out _value!);
    }

    protected override Task<TResult> StartRun() => selector(_value, CancellationToken);

    protected override bool StartNext()
    {
        lock (Gate)
        {
            if (IsStopping_NeedsLock)
                return false;
            TakeTurn_NeedsLock();
            return true;
        }
    }
}
