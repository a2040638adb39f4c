using System.Diagnostics;

namespace Rx.PgNotify.Delivery;

/// <summary>
/// What a channel keeps for its readers, and how far each has read: a ring, bounded in count, and a <see cref="Cursor"/> for each reader.
/// </summary>
/// <remarks>
/// <paramref name="gate"/>, the lock of the <see cref="ChannelHub"/>, guards all fields. Invariant while it is free: each cursor
/// stands on an entry of the ring or at its tail, and is counted there.
/// </remarks>
sealed class ChannelBuffer(string channel, int capacity, Lock gate, BufferBudget budget, DeliveryCounts counts)
{
    readonly SignalRing _ring = new();
    readonly LinkedList<Cursor> _cursors = [];

    // What the budget has been charged: as much as the ring holds while the lock is free. Written under it, read by anybody.
    long _bytes;

    // Since it was last added to the counts. A plain count under the lock: while subscribers keep up a batch holds one notification, and
    // an interlocked addition for each subscriber would be felt.
    long _delivered;

    /// <summary>What is kept, in bytes, as of a moment ago; may be read without the lock.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    internal bool HasCursors_NeedsLock() => _cursors.Count > 0;

    /// <summary>Lets a cursor read a Resync, and then what is stored from now on.</summary>
    internal void Add_NeedsLock(Cursor cursor)
    {
        _cursors.AddLast(cursor.Node);
        cursor.Begin(_ring.Tail);
        _ring.AddCursorAtTail();
    }

    internal void Remove_NeedsLock(Cursor cursor)
    {
        _cursors.Remove(cursor.Node);
        _ring.RemoveCursor(cursor.Position);
        ChargeBudget_NeedsLock();
    }

    /// <summary>
    /// Stores notifications once for all cursors, of which there is at least one. Those that are a whole capacity behind skip to the
    /// newest half.
    /// </summary>
    internal void Store_NeedsLock(ReadOnlySpan<Notification> notifications)
    {
        _ring.Reserve(Math.Min(notifications.Length, capacity - _ring.Count));
        foreach (ref readonly var notification in notifications)
            Store_NeedsLock(RingEntry.Of(in notification));
        ChargeBudget_NeedsLock();
    }

    /// <inheritdoc cref="Store_NeedsLock(ReadOnlySpan{Notification})"/>
    /// <summary>Stores a Resync for all cursors, like a notification.</summary>
    internal void StoreResync_NeedsLock(ResyncReasons reasons, long lost = 0)
    {
        Store_NeedsLock(RingEntry.OfResync(reasons, (int)Math.Min(lost, int.MaxValue)));
        ChargeBudget_NeedsLock();
    }

    /// <summary>Copies what comes next for a cursor, as much as fits into a batch.</summary>
    /// <returns>How many signals; 0 if it has read everything, or stands nowhere.</returns>
    internal int Read_NeedsLock(Cursor cursor, Span<ChannelSignal> into)
    {
        if (!cursor.IsPlaced)
            return 0;
        var count = cursor.TryTakeResync(channel, out into[0]) ? 1 : 0;
        var from = cursor.Position;
        var to = from;
        var bytes = 0L;
        while (to < _ring.Tail && count < into.Length && bytes < Reader.MaxBatchBytes)
        {
            ref readonly var entry = ref _ring[to++];
            bytes += entry.Bytes;
            into[count++] = entry.ToSignal(channel);
        }

        if (to == from)
            return count;
        cursor.Advance(to);
        _delivered += _ring.Summarise(from, to).Notifications;
        _ring.MoveCursors(from, to);
        ChargeBudget_NeedsLock();
        return count;
    }

    /// <summary>It is used no more: no cursor is left, and none comes.</summary>
    internal void Close_NeedsLock()
    {
        CountDeliveries_NeedsLock();
        budget.Remove(this);
    }

    internal int CountNotifications()
    {
        lock (gate)
            return _ring.Notifications;
    }

    /// <summary>Adds what was delivered to the counts of the listener.</summary>
    internal void CountDeliveries()
    {
        lock (gate)
            CountDeliveries_NeedsLock();
    }

    /// <summary>Makes the slowest cursors skip the older half of what is stored, to free memory.</summary>
    internal void OverrunSlowest()
    {
        lock (gate)
        {
            if (_ring.Count == 0)
                return;
            Overrun_NeedsLock(_ring.Head + ((_ring.Count + 1) / 2));
            ChargeBudget_NeedsLock();
        }
    }

    void CountDeliveries_NeedsLock()
    {
        counts.AddDelivered(_delivered);
        _delivered = 0;
    }

    void Store_NeedsLock(RingEntry entry)
    {
        Debug.Assert(HasCursors_NeedsLock(), "What nobody reads is not stored.");
        while (_ring.Count >= capacity)
            Overrun_NeedsLock(Math.Max(_ring.Head + 1, _ring.Tail - (capacity / 2)));
        _ring.Append(entry);
    }

    // Moves the cursors that stand on the oldest entry. Others keep what they have, even if it is only one less.
    void Overrun_NeedsLock(long to)
    {
        var from = _ring.Head;
        while (to < _ring.Tail && _ring[to].IsResync)
            to++; // a Resync at the new position would follow at once: it becomes part of the one that reports the skipping
        var (dropped, reasons, lost) = _ring.Summarise(from, to);
        if (dropped > 0)
            reasons |= ResyncReasons.Overflow;
        var moved = 0;
        foreach (var cursor in _cursors)
        {
            if (cursor.Position != from)
                continue;
            cursor.Skip(to, reasons, dropped + lost);
            moved++;
        }

        Debug.Assert(moved > 0, "The ring counts a cursor that is not here.");
        counts.AddDropped(dropped * moved);
        _ring.MoveCursors(from, to, moved);
    }

    void ChargeBudget_NeedsLock()
    {
        var bytes = _ring.Bytes;
        if (bytes == _bytes)
            return;
        budget.Charge(bytes - _bytes);
        Volatile.Write(ref _bytes, bytes);
    }
}
