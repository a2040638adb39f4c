using System.Collections.Concurrent;

namespace Rx.PgNotify.Delivery;

/// <summary>The bytes that the buffers of all channels of one listener may hold together.</summary>
/// <remarks>
/// Takes no lock of its own. Buffers charge it and leave it under theirs, so neither may call back; counting and relieving take
/// those locks, and are called without one.
/// </remarks>
sealed class BufferBudget(long limit)
{
    // Every one that may hold signals, also of channels that have ended and are still being drained by slow observers.
    readonly ConcurrentDictionary<ChannelBuffer, byte> _buffers = new();

    // The sum of what they were charged.
    long _used;

    internal bool IsExceeded => Volatile.Read(ref _used) > limit;

    internal long Used => Volatile.Read(ref _used);

    internal long BufferedNotifications => _buffers.Sum(buffer => (long)buffer.Key.CountNotifications());

    internal void Add(ChannelBuffer buffer) => _buffers.TryAdd(buffer, 0);

    internal void Remove(ChannelBuffer buffer) => _buffers.TryRemove(buffer, out _);

    internal void CountDeliveries()
    {
        foreach (var (buffer, _) in _buffers)
            buffer.CountDeliveries();
    }

    internal void Charge(long bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>
    /// Overruns the largest laggard, again and again until an eighth of the budget is free. (Just below the limit, each
    /// further notification would have to search all channels again.) It takes the locks of the hubs, so call it without one.
    /// </summary>
    internal void Relieve()
    {
        // The bytes of a buffer are those behind its slowest cursor: the buffer with the most has the largest laggard.
        var largest = new PriorityQueue<ChannelBuffer, long>();
        foreach (var (buffer, _) in _buffers)
        {
            if (buffer.Bytes is > 0 and var bytes)
                largest.Enqueue(buffer, -bytes);
        }

        while (Volatile.Read(ref _used) > limit - (limit / 8) && largest.TryDequeue(out var buffer, out _))
        {
            buffer.OverrunSlowest();
            if (buffer.Bytes is > 0 and var bytes)
                largest.Enqueue(buffer, -bytes);
        }
    }
}
