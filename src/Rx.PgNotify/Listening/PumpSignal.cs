namespace Rx.PgNotify.Listening;

/// <summary>Asks the pump to look at the desired state. Level-triggered: requests that meet become one.</summary>
/// <remarks>
/// <c>_gate</c> guards both fields. Invariant: while <c>_onRequest</c> is set the pump waits and no request is pending;
/// the first request takes the callback away, so it runs at most once for each wait.
/// </remarks>
sealed class PumpSignal
{
    readonly Lock _gate = new();
    Action? _onRequest;
    bool _isRequested;

    internal void Request()
    {
        Action? onRequest;
        lock (_gate)
        {
            _isRequested = true;
            onRequest = _onRequest;
            _onRequest = null;
        }

        onRequest?.Invoke();
    }

    /// <summary>Whether there was a request since the last call.</summary>
    internal bool TryTake()
    {
        if (!Volatile.Read(ref _isRequested))
            return false;
        lock (_gate)
            _isRequested = false;
        return true;
    }

    /// <summary>Before waiting: what the next request shall do. Does it at once if a request is pending.</summary>
    internal void Arm(Action onRequest)
    {
        lock (_gate)
        {
            if (!_isRequested)
            {
                _onRequest = onRequest;
                return;
            }
        }

        onRequest();
    }

    /// <summary>After waiting.</summary>
    internal void Disarm()
    {
        lock (_gate)
            _onRequest = null;
    }
}
