namespace Rx.PgNotify.Delivery;

/// <summary>One signal in a <see cref="SignalRing"/>: a notification, or a Resync that all readers get.</summary>
struct RingEntry
{
    // The payload and the process id of a notification; null and the reasons of a Resync.
    readonly string? _payload;
    readonly int _value;

    // What a notification costs: kept, because the string itself may not be in the cache of the core that reads. How many notifications
    // a Resync reports as lost on their way here.
    readonly int _size;

    RingEntry(string? payload, int value, int size)
    {
        _payload = payload;
        _value = value;
        _size = size;
    }

    /// <summary>What it costs.</summary>
    internal readonly int Bytes => IsResync ? SignalRing.CostOf(null) : _size;

    /// <summary>How many notifications a Resync reports as lost on their way here; 0 for a notification.</summary>
    internal readonly int Lost => IsResync ? _size : 0;

    /// <summary>How many cursors stand on it. Belongs to the ring.</summary>
    internal int Cursors;

    internal readonly bool IsResync => _payload is null;

    /// <summary>The reasons of a Resync.</summary>
    internal readonly ResyncReasons Reasons => IsResync ? (ResyncReasons)_value : ResyncReasons.None;

    internal static RingEntry Of(in Notification notification) => new(notification.Payload, notification.ProcessId, SignalRing.CostOf(notification.Payload));

    internal static RingEntry OfResync(ResyncReasons reasons, int lost) => new(null, (int)reasons, lost);

    internal readonly ChannelSignal ToSignal(string channel) => _payload is null
        ? ChannelSignal.Resync(channel, Reasons, Lost)
        : ChannelSignal.OfNotification(channel, _payload, _value);
}
