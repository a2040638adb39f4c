using System.Collections.Concurrent;

namespace Rx.PgNotify.Delivery;

/// <summary>The bytes that the buffers of all channels of one listener may hold together.</summary>
/// <remarks>Takes no lock of its own; hubs charge it under theirs, so nothing here may call back under a lock.</remarks>
sealed class BufferBudget(long limit)
{
    // Every hub that may hold signals, also those that have ended and are still being drained by slow observers.
    readonly ConcurrentDictionary<ChannelHub, byte> _hubs = new();
    long _used;

    internal bool IsExceeded => Volatile.Read(ref _used) > limit;

    internal long Used => Volatile.Read(ref _used);

    internal long BufferedNotifications => _hubs.Sum(hub => (long)hub.Key.BufferedNotifications);

    internal void Add(ChannelHub hub) => _hubs.TryAdd(hub, 0);

    internal void Remove(ChannelHub hub) => _hubs.TryRemove(hub, out _);

    internal void CountDeliveries()
    {
        foreach (var (hub, _) in _hubs)
            hub.CountDeliveries();
    }

    internal void Charge(long bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>
    /// Overruns the largest laggard, again and again until an eighth of the budget is free. (Just below the limit, each
    /// further notification would have to search all channels again.) Call without a lock.
    /// </summary>
    internal void Relieve()
    {
        // The bytes of a hub are those behind its slowest subscriber: the hub with the most has the largest laggard.
        var largest = new PriorityQueue<ChannelHub, long>();
        foreach (var (hub, _) in _hubs)
        {
            if (hub.BufferedBytes is > 0 and var bytes)
                largest.Enqueue(hub, -bytes);
        }

        while (Volatile.Read(ref _used) > limit - (limit / 8) && largest.TryDequeue(out var hub, out _))
        {
            hub.OverrunSlowest();
            if (hub.BufferedBytes is > 0 and var bytes)
                largest.Enqueue(hub, -bytes);
        }
    }
}
