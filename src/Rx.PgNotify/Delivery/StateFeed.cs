namespace Rx.PgNotify.Delivery;

/// <summary>
/// A state as an observable: replays the latest and is conflated, so that a slow observer sees the newest
/// state next and no backlog. Delivered on the thread pool, never on the thread that publishes.
/// </summary>
/// <typeparam name="TState">Compared by value: a state that equals the latest is no change.</typeparam>
/// <param name="calls">How observers are called.</param>
/// <param name="first">The state before any is published.</param>
/// <param name="last">The state that nothing changes any more: observers complete after it; <see langword="null"/> if there is none.</param>
/// <remarks><c>_gate</c> guards all fields and those of the subscriptions; no user code runs under it.</remarks>
sealed class StateFeed<TState>(ObserverCalls calls, TState first, TState? last) : IObservable<TState>
    where TState : class, IEquatable<TState>
{
    readonly Lock _gate = new();
    readonly List<StateSubscription<TState>> _subscriptions = [];
    TState _latest = first;
    long _version = 1;
    bool _hasEnded;

    public IDisposable Subscribe(IObserver<TState> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var subscription = new StateSubscription<TState>(this, calls, observer) { IsQueued = true };
        lock (_gate)
            _subscriptions.Add(subscription);
        subscription.Queue();
        return subscription;
    }

    /// <summary>Whether observers complete after the latest state.</summary>
    internal bool HasEnded
    {
        get
        {
            lock (_gate)
                return HasEnded_NeedsLock;
        }
    }

    bool HasEnded_NeedsLock => _hasEnded || _latest.Equals(last);

    internal TState Latest
    {
        get
        {
            lock (_gate)
                return _latest;
        }
    }

    /// <summary>Publishes a state.</summary>
    internal void Publish(TState state)
    {
        lock (_gate)
        {
            if (_latest.Equals(last) || _latest.Equals(state))
                return;
            _latest = state;
            _version++;
            QueueAll_NeedsLock();
        }
    }

    /// <summary>Observers complete after the latest state, later ones too. Only the last state may still be published.</summary>
    internal void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
            QueueAll_NeedsLock();
        }
    }

    /// <summary>
    /// The state, if <paramref name="subscription"/> has not seen it; else, unless it <paramref name="completes"/>, it is not queued any
    /// more.
    /// </summary>
    internal TState? Next(StateSubscription<TState> subscription, out bool completes)
    {
        lock (_gate)
        {
            completes = HasEnded_NeedsLock;
            if (subscription.SeenVersion < _version)
            {
                subscription.SeenVersion = _version;
                return _latest;
            }

            subscription.IsQueued = completes;
            return null;
        }
    }

    internal void Remove(StateSubscription<TState> subscription)
    {
        lock (_gate)
            _subscriptions.Remove(subscription);
    }

    void QueueAll_NeedsLock()
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.IsQueued)
                continue;
            subscription.IsQueued = true;
            subscription.Queue(); // no user code: queueing only
        }
    }
}
