using System.Buffers;
using System.Diagnostics;
using System.Numerics;

namespace Rx.PgNotify.Delivery;

/// <summary>
/// One channel's signals, stored once for all cursors and addressed by sequence number: the broadcast ring known from
/// the Disruptor and from tokio. Each entry counts the cursors that stand on it, so that the memory behind the slowest
/// one is given back by a look at the oldest entry instead of a search through all cursors.
/// </summary>
/// <remarks>
/// Not thread-safe: every call is made under the lock of the <see cref="ChannelHub"/> that owns it. Invariant between
/// calls: the ring is empty, or at least one cursor stands on <see cref="Head"/>.
/// </remarks>
sealed class SignalRing
{
    // The estimated memory of an entry besides its characters: the slot here and the header of the string.
    const int EntryBytes = 48;
    const int SmallestSize = 16;

    // Rented, so it may be longer than the part that is used: a power of two, _mask + 1. It grows as needed and is returned when the ring
    // runs empty, so that ten thousand quiet channels hold next to nothing after a burst.
    RingEntry[]? _entries;
    int _mask;
    int _cursorsAtTail;
    int _resyncs;

    /// <summary>The oldest kept sequence number.</summary>
    internal long Head { get; private set; }

    /// <summary>The sequence number that the next signal gets.</summary>
    internal long Tail { get; private set; }

    /// <summary>What the kept entries cost.</summary>
    internal long Bytes { get; private set; }

    internal int Count => (int)(Tail - Head);

    internal int Notifications => Count - _resyncs;

    internal static int CostOf(string? payload) => EntryBytes + (2 * (payload?.Length ?? 0));

    internal ref readonly RingEntry this[long sequence] => ref Slot(sequence);

    /// <summary>Makes room for so many at once, instead of growing step by step.</summary>
    internal void Reserve(int count)
    {
        if (_entries is null || Count + count > _mask + 1)
            Resize(Count + count);
    }

    internal void Append(RingEntry entry)
    {
        if (_entries is null || Count > _mask)
            Resize(Count + 1);
        entry.Cursors = _cursorsAtTail;
        Slot(Tail) = entry;
        _cursorsAtTail = 0;
        Tail++;
        Bytes += entry.Bytes;
        if (entry.IsResync)
            _resyncs++;
        Debug.Assert(Slot(Head).Cursors > 0, "Somebody must read what is stored.");
    }

    internal void AddCursorAtTail() => _cursorsAtTail++;

    internal void RemoveCursor(long at)
    {
        CursorsAt(at)--;
        Trim();
    }

    /// <summary>Moves <paramref name="count"/> cursors forward.</summary>
    internal void MoveCursors(long from, long to, int count = 1)
    {
        Debug.Assert(from < to && to <= Tail);
        CursorsAt(from) -= count;
        CursorsAt(to) += count;
        Trim();
    }

    /// <summary>
    /// How many of the signals in a range are notifications, the reasons of those that are not, and how many notifications these report
    /// as lost.
    /// </summary>
    internal (long Notifications, ResyncReasons Reasons, long Lost) Summarise(long from, long to)
    {
        var reasons = ResyncReasons.None;
        var lost = 0L;
        var notifications = to - from;
        if (_resyncs == 0)
            return (notifications, reasons, lost);
        for (var sequence = from; sequence < to; sequence++)
        {
            ref readonly var entry = ref Slot(sequence);
            if (!entry.IsResync)
                continue;
            reasons |= entry.Reasons;
            lost += entry.Lost;
            notifications--;
        }

        return (notifications, reasons, lost);
    }

    ref RingEntry Slot(long sequence) => ref _entries![(int)sequence & _mask];

    ref int CursorsAt(long sequence)
    {
        if (sequence == Tail)
            return ref _cursorsAtTail;
        return ref Slot(sequence).Cursors;
    }

    void Trim()
    {
        while (Head < Tail && Slot(Head).Cursors == 0)
        {
            ref var entry = ref Slot(Head);
            Bytes -= entry.Bytes;
            if (entry.IsResync)
                _resyncs--;
            entry = default;
            Head++;
        }

        if (Head == Tail && _mask >= SmallestSize)
            Return();
    }

    void Resize(int count)
    {
        var size = Math.Max(SmallestSize, (int)BitOperations.RoundUpToPowerOf2((uint)count));
        var larger = ArrayPool<RingEntry>.Shared.Rent(size);
        for (var sequence = Head; sequence < Tail; sequence++)
            larger[(int)sequence & (size - 1)] = Slot(sequence);
        if (_entries is not null)
            Return();
        _entries = larger;
        _mask = size - 1;
    }

    void Return()
    {
        ArrayPool<RingEntry>.Shared.Return(_entries!, clearArray: Head < Tail);
        _entries = null;
        _mask = 0;
    }
}
