using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Tests.Delivery;

/// <summary>A buffer as it would be if each cursor had a list of its own of what it has not read yet.</summary>
sealed class BufferModel(int capacity)
{
    readonly List<ModelCursor> _cursors = [];

    public long Delivered { get; private set; }

    public long Dropped { get; private set; }

    public int Cursors => _cursors.Count;

    public long Bytes => Slowest.Sum(Cost);

    public int Notifications => Slowest.Count(signal => signal.IsNotification);

    // What it has not read is what all others have not read, and more.
    List<ChannelSignal> Slowest => _cursors.Select(cursor => cursor.Unread).MaxBy(unread => unread.Count) ?? [];

    public void Add() => _cursors.Add(new ModelCursor());

    public void Remove(int cursor) => _cursors.RemoveAt(cursor);

    public void Store(ChannelSignal signal)
    {
        while (Slowest.Count >= capacity)
            Overrun(keep: Math.Min(capacity / 2, Slowest.Count - 1));
        foreach (var cursor in _cursors)
            cursor.Unread.Add(signal);
    }

    public void OverrunSlowest()
    {
        if (Slowest.Count > 0)
            Overrun(keep: Slowest.Count / 2);
    }

    public IEnumerable<ChannelSignal> Read(int cursor, int count)
    {
        var read = new List<ChannelSignal>();
        if (_cursors[cursor].TakeResync() is { } resync)
            read.Add(resync);
        var unread = _cursors[cursor].Unread;
        for (var bytes = 0L; unread.Count > 0 && read.Count < count && bytes < Reader.MaxBatchBytes; unread.RemoveAt(0))
        {
            read.Add(unread[0]);
            bytes += Cost(unread[0]);
            Delivered += unread[0].IsNotification ? 1 : 0;
        }

        return read;
    }

    static long Cost(ChannelSignal signal) => SignalRing.CostOf(signal.IsNotification ? signal.Notification.Payload : null);

    void Overrun(int keep)
    {
        var count = Slowest.Count;
        foreach (var cursor in _cursors.Where(cursor => cursor.Unread.Count == count).ToList())
            Dropped += cursor.Lose(count - keep);
    }

    sealed class ModelCursor
    {
        ResyncReasons _reasons = ResyncReasons.Subscribed;
        long _dropped;

        public List<ChannelSignal> Unread { get; } = [];

        public long Lose(int count)
        {
            while (count < Unread.Count && Unread[count].IsResync)
                count++;
            var dropped = 0;
            foreach (var lost in Unread[..count])
            {
                _reasons |= lost.IsResync ? lost.Reasons : ResyncReasons.Overflow;
                dropped += lost.IsNotification ? 1 : 0;
            }

            _dropped += dropped;
            Unread.RemoveRange(0, count);
            return dropped;
        }

        public ChannelSignal? TakeResync()
        {
            if (_reasons == ResyncReasons.None)
                return null;
            var resync = ChannelSignal.Resync("orders", _reasons, _dropped);
            (_reasons, _dropped) = (ResyncReasons.None, 0);
            return resync;
        }
    }
}
