namespace Rx.PgNotify.Delivery;

/// <summary>
/// The listener's state as an observable: replays the latest and is conflated, so that a slow observer sees the newest
/// state next and no backlog. Delivered on the thread pool, never on the thread that publishes.
/// </summary>
/// <remarks><c>_gate</c> guards all fields and those of the subscriptions; no user code runs under it.</remarks>
sealed class StateFeed(ObserverCalls calls) : IObservable<ListenerState>
{
    readonly Lock _gate = new();
    readonly List<StateSubscription> _subscriptions = [];
    ListenerState _latest = ListenerState.Idle.Instance;
    long _version = 1;

    public IDisposable Subscribe(IObserver<ListenerState> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var subscription = new StateSubscription(this, calls, observer) { IsQueued = true };
        lock (_gate)
            _subscriptions.Add(subscription);
        subscription.Queue();
        return subscription;
    }

    internal ListenerState Latest
    {
        get
        {
            lock (_gate)
                return _latest;
        }
    }

    /// <summary>Publishes a state. After <see cref="ListenerState.Disposed"/> nothing changes it any more.</summary>
    internal void Publish(ListenerState state)
    {
        lock (_gate)
        {
            if (_latest is ListenerState.Disposed || _latest.Equals(state))
                return;
            _latest = state;
            _version++;
            foreach (var subscription in _subscriptions)
            {
                if (subscription.IsQueued)
                    continue;
                subscription.IsQueued = true;
                subscription.Queue(); // no user code: queueing only
            }
        }
    }

    /// <summary>Publishes Idle, unless a fault is to be seen until somebody subscribes again.</summary>
    internal void PublishIdle()
    {
        if (Latest is not ListenerState.Faulted)
            Publish(ListenerState.Idle.Instance);
    }

    /// <summary>The state, if <paramref name="subscription"/> has not seen it; else it is not queued any more.</summary>
    internal ListenerState? Next(StateSubscription subscription)
    {
        lock (_gate)
        {
            if (subscription.SeenVersion < _version)
            {
                subscription.SeenVersion = _version;
                return _latest;
            }

            subscription.IsQueued = false;
            return null;
        }
    }

    internal void Remove(StateSubscription subscription)
    {
        lock (_gate)
            _subscriptions.Remove(subscription);
    }
}
