namespace Rx.PgNotify.Operators;

/// <summary>Runs the function for the value that came last during the run before, and for each Resync, with no pause.</summary>
sealed class ConflatedSink<TSource, TResult>(
    IObserver<TResult> observer, Func<TSource, CancellationToken, Task<TResult>> selector)
    : RunSink<TSource, TResult>(observer)
{
    readonly LatestGatherer<TSource> _waiting = new();

    // Belongs to the holder of the turn.
    TSource _value = default!;

    protected override RunState AtRest => RunState.Ready;

    protected override bool IsDue_NeedsLock => !_waiting.IsEmpty;

    public override void OnNext(TSource value)
    {
        lock (Gate)
        {
            if (SourcePhase != Phase.Running)
                return;
            _waiting.Add(value);
            if (State != RunState.Ready)
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

    protected override Task<TResult> StartRun(CancellationToken cancellationToken) => selector(_value, cancellationToken);

    protected override bool StartNext()
    {
        lock (Gate)
        {
            if (SourcePhase is Phase.Over or Phase.Failed)
                return false;
            TakeTurn_NeedsLock();
            return true;
        }
    }
}
