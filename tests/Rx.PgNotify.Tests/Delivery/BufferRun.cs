using System.Globalization;
using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Tests.Delivery;

/// <summary>A buffer that a script is played on. Each notification carries its number.</summary>
sealed class BufferRun(int capacity)
{
    readonly Lock _gate = new();
    readonly BufferBudget _budget = new(long.MaxValue);
    readonly DeliveryCounts _counts = new();
    readonly List<Cursor> _cursors = [];
    ChannelBuffer? _buffer;

    public int Stored { get; private set; }

    public IReadOnlyList<Cursor> Cursors => _cursors;

    public long Bytes => Buffer.Bytes;

    public long BudgetUsed => _budget.Used;

    public int Notifications => Buffer.CountNotifications();

    public long Dropped => _counts.Dropped;

    public long Delivered
    {
        get
        {
            Buffer.CountDeliveries();
            return _counts.Delivered;
        }
    }

    ChannelBuffer Buffer => _buffer ??= new ChannelBuffer("orders", capacity, _gate, _budget, _counts);

    public static int Number(ChannelSignal signal) =>
        int.Parse(signal.Notification.Payload.TrimStart('.'), CultureInfo.InvariantCulture);

    public void Add()
    {
        var cursor = new Cursor();
        lock (_gate)
            Buffer.Add_NeedsLock(cursor);
        _cursors.Add(cursor);
    }

    public void Remove(int cursor)
    {
        lock (_gate)
            Buffer.Remove_NeedsLock(_cursors[cursor]);
        _cursors.RemoveAt(cursor);
    }

    /// <summary>Stores notifications at once, as a batch of the session.</summary>
    public IReadOnlyList<ChannelSignal> Store(int count, int length = 0)
    {
        var notifications = Enumerable.Range(Stored, count)
            .Select(number => new Notification("orders", $"{number}".PadLeft(length, '.'), number)).ToArray();
        Stored += count;
        lock (_gate)
            Buffer.Store_NeedsLock(notifications);
        return Array.ConvertAll(notifications, ChannelSignal.From);
    }

    public ChannelSignal StoreResync()
    {
        lock (_gate)
            Buffer.StoreResync_NeedsLock(ResyncReasons.Reconnected);
        return ChannelSignal.Resync("orders", ResyncReasons.Reconnected);
    }

    public void OverrunSlowest() => Buffer.OverrunSlowest();

    public IReadOnlyList<ChannelSignal> Read(Cursor cursor, int count)
    {
        var batch = new ChannelSignal[count];
        lock (_gate)
            return batch[..Buffer.Read_NeedsLock(cursor, batch)];
    }
}
