namespace Rx.PgNotify.Operators;

/// <summary>Runs the function for the source's values, with no pause. Which of them wait during a run is up to the derived class.</summary>
abstract class ValueRunSink<TSource, TResult>(
    IObserver<TResult> observer, Func<TSource, CancellationToken, Task<TResult>> selector)
    : RunSink<TSource, TResult>(observer)
{
    // Belongs to the holder of the turn.
    TSource _value = default!;

    // Behind ObserveOn(context), what waits is run in the context too. The base class means "none", and await takes it for none as well.
    protected sealed override SynchronizationContext? Home =>
        SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext) ? context : null;

    public override void OnNext(TSource value)
    {
        NoteCaller();
        Exception? overflow;
        lock (Gate)
        {
            if (SourceState != SourceState.Active)
                return;
            overflow = Add_NeedsLock(value);
            if (overflow is null)
            {
                if (!IsTurnFree_NeedsLock)
                    return;
                TakeTurn_NeedsLock();
            }
        }

        if (overflow is null)
            Run();
        else
            OnError(overflow); // as if the source had failed: there is one way to end
    }

    /// <summary>Adds a value to those that wait. No foreign code in here.</summary>
    /// <returns>What the subscription ends with if there is no place and nothing may be dropped.</returns>
    protected abstract Exception? Add_NeedsLock(TSource value);

    /// <summary>Takes the next of those that wait; there is one.</summary>
    protected abstract TSource Take_NeedsLock();

    protected override void TakeTurn_NeedsLock()
    {
        base.TakeTurn_NeedsLock();
        _value = Take_NeedsLock();
    }

    protected override Task<TResult> StartRun()
    {
        var value = _value;
        _value = default!; // a quiet source must not keep what it sent last
        return selector(value, CancellationToken);
    }

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
