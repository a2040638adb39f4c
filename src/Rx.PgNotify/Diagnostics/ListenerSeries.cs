using System.Runtime.CompilerServices;
using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Diagnostics;

/// <summary>
/// The listeners of one name on one meter: their tags are the same, so they are one series. Its counts go on when
/// a listener is gone, as a count must never fall and the last of it may not have been collected yet.
/// </summary>
/// <remarks><c>_gate</c> guards what was received before, and that a moment's sum counts nothing twice.</remarks>
sealed class ListenerSeries
{
    readonly Lock _gate = new();

    // Weak: a listener that nobody uses and nobody has disposed is not kept alive by being watched.
    readonly ConditionalWeakTable<ListenerMetrics, object?> _listeners = [];
    long _receivedBefore;

    internal ListenerSeries(string? name) => Tags = name is null ? [] : [new("pgnotify.listener.name", name)];

    internal KeyValuePair<string, object?>[] Tags { get; }

    internal DeliveryCounts Deliveries { get; } = new();

    /// <summary>Those that have not been disposed.</summary>
    internal IReadOnlyList<ListenerMetrics> Listeners
    {
        get
        {
            lock (_gate)
                return [.. _listeners.Select(listener => listener.Key)];
        }
    }

    internal long Delivered
    {
        get
        {
            foreach (var listener in Listeners)
                listener.CountDeliveries();
            return Deliveries.Delivered;
        }
    }

    internal long Received
    {
        get
        {
            lock (_gate)
                return _receivedBefore + _listeners.Sum(listener => listener.Key.ReceivedNow);
        }
    }

    internal void Add(ListenerMetrics listener)
    {
        lock (_gate)
            _listeners.Add(listener, null);
    }

    internal void Remove(ListenerMetrics listener)
    {
        lock (_gate)
        {
            _receivedBefore += listener.TakeReceived_NeedsLock();
            _listeners.Remove(listener);
        }
    }

    /// <summary>Takes over what a listener has received over a connection that has ended.</summary>
    internal void TakeOver(ListenerMetrics listener)
    {
        lock (_gate)
            _receivedBefore += listener.TakeReceived_NeedsLock();
    }
}
