namespace Rx.PgNotify.Delivery;

/// <summary>One observer of <see cref="StateFeed{TState}"/>; queued or running at most once, so its calls never overlap.</summary>
sealed class StateSubscription<TState>(StateFeed<TState> feed, ObserverCalls calls, IObserver<TState> observer)
    : QueuedDelivery, IDisposable
    where TState : class, IEquatable<TState>
{
    readonly FailureTaker? _taker = calls.TakerOf(channel: null);

    // Set once; read before each call of the observer.
    int _hasStopped;

    // The two below are guarded by the feed's lock.
    internal bool IsQueued { get; set; }

    internal long SeenVersion { get; set; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _hasStopped, 1) == 0)
            feed.Remove(this);
    }

    internal override void Deliver()
    {
        if (calls.Run(this, static subscription => subscription.DeliverStates()) is not { } failure)
            return;
        // As in Subscription: the user's event loop is gone, which after the last state is to be expected.
        Dispose();
        if (!feed.HasEnded)
            calls.SchedulerFailed(channel: null, failure);
    }

    void DeliverStates()
    {
        var outer = FailureTaker.Begin(_taker);
        try
        {
            bool completes;
            do
            {
                var state = feed.Next(this, out completes);
                if (Volatile.Read(ref _hasStopped) != 0 || (state is null && !completes))
                    break;
                if (state is not null)
                    observer.OnNext(state);
                if (completes)
                    Complete();
            }
            while (!completes);
        }
        catch (Exception e)
        {
            Dispose();
            if (!calls.TakeFailure(null, e))
                throw;
        }
        finally
        {
            FailureTaker.End(outer);
        }
    }

    void Complete()
    {
        if (Interlocked.Exchange(ref _hasStopped, 1) != 0)
            return;
        feed.Remove(this);
        observer.OnCompleted();
    }
}
