using System.Diagnostics;

namespace Rx.PgNotify.Delivery;

/// <summary>
/// What a channel keeps for its readers: a ring, bounded in count, that each reads from a position of its own.
/// </summary>
/// <remarks>
/// Not thread-safe, but for <see cref="Bytes"/>: every call is made under the lock of the <see cref="ChannelHub"/> that
/// owns it.
/// </remarks>
sealed class ChannelBuffer(string channel, int capacity, BufferBudget budget, DeliveryCounts counts)
{
    readonly SignalRing _ring = new();
    long _bytes;
    int _readers;

    // Since it was last added to the counts. A plain count under the lock: while subscribers keep up a batch holds one notification, and
    // an interlocked addition for each subscriber would be felt.
    long _delivered;

    /// <summary>What is kept, in bytes, as of a moment ago; may be read without the lock.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    internal int Notifications => _ring.Notifications;

    internal bool HasReaders => _readers > 0;

    /// <summary>Lets a reader read what is stored from now on.</summary>
    internal void AddReader(Reader reader)
    {
        reader.IsJoined = true;
        reader.Position = _ring.Tail;
        _ring.AddCursorAtTail();
        _readers++;
    }

    internal void RemoveReader(Reader reader)
    {
        reader.IsJoined = false;
        _ring.RemoveCursor(reader.Position);
        _readers--;
        ChargeBudget();
    }

    /// <summary>
    /// Stores notifications once for all readers. Those of <paramref name="all"/> that are a whole capacity behind skip to
    /// the newest half.
    /// </summary>
    internal void Store(ReadOnlySpan<Notification> notifications, LinkedList<Reader> all)
    {
        _ring.Reserve(Math.Min(notifications.Length, capacity - _ring.Count));
        foreach (ref readonly var notification in notifications)
            Store(notification.Payload, notification.ProcessId, all);
        ChargeBudget();
    }

    /// <inheritdoc cref="Store(ReadOnlySpan{Notification}, LinkedList{Reader})"/>
    internal void StoreResync(ResyncReasons reasons, LinkedList<Reader> all)
    {
        Store(null, (int)reasons, all);
        ChargeBudget();
    }

    /// <summary>Copies what comes next for a reader, as much as fits into a batch.</summary>
    internal int Read(Reader reader, Span<ChannelSignal> into)
    {
        var from = reader.Position;
        var to = from;
        var count = 0;
        var bytes = 0L;
        while (to < _ring.Tail && count < into.Length && bytes < Reader.MaxBatchBytes)
        {
            ref readonly var entry = ref _ring[to++];
            bytes += entry.Bytes;
            into[count++] = entry.Payload is { } payload
                ? ChannelSignal.OfNotification(channel, payload, entry.Value)
                : ChannelSignal.Resync(channel, (ResyncReasons)entry.Value);
        }

        if (count == 0)
            return 0;
        reader.Position = to;
        _delivered += _ring.Summarise(from, to).Notifications;
        _ring.MoveCursors(from, to);
        ChargeBudget();
        return count;
    }

    internal void CountDeliveries()
    {
        counts.AddDelivered(_delivered);
        _delivered = 0;
    }

    /// <summary>Makes the slowest readers skip the older half of what is stored, to free memory.</summary>
    internal void OverrunSlowest(LinkedList<Reader> all)
    {
        if (_ring.Count == 0)
            return;
        Overrun(_ring.Head + ((_ring.Count + 1) / 2), all);
        ChargeBudget();
    }

    // A notification (payload and process id) or, without a payload, a Resync (its reasons).
    void Store(string? payload, int value, LinkedList<Reader> all)
    {
        Debug.Assert(HasReaders, "What nobody reads is not stored.");
        while (_ring.Count >= capacity)
            Overrun(Math.Max(_ring.Head + 1, _ring.Tail - (capacity / 2)), all);
        _ring.Append(payload, value);
    }

    // Moves the readers that stand on the oldest entry. Others keep what they have, even if it is only one less.
    void Overrun(long to, LinkedList<Reader> all)
    {
        var from = _ring.Head;
        while (to < _ring.Tail && _ring[to].Payload is null)
            to++; // a Resync at the new position would follow at once: it becomes a flag as well
        var (dropped, reasons) = _ring.Summarise(from, to);
        if (dropped > 0)
            reasons |= ResyncReasons.Overflow;
        var moved = 0;
        foreach (var reader in all)
        {
            if (!reader.IsJoined || reader.Position != from)
                continue;
            reader.Position = to;
            reader.PendingReasons |= reasons;
            reader.PendingDropped += dropped;
            moved++;
        }

        Debug.Assert(moved > 0, "A cursor without its reader.");
        counts.AddDropped(dropped * moved);
        _ring.MoveCursors(from, to, moved);
    }

    void ChargeBudget()
    {
        var bytes = _ring.Bytes;
        if (bytes == _bytes)
            return;
        budget.Charge(bytes - _bytes);
        Volatile.Write(ref _bytes, bytes);
    }
}
