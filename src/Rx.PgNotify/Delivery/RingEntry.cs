namespace Rx.PgNotify.Delivery;

/// <summary>One signal in a <see cref="SignalRing"/>: a notification, or a Resync that all readers get.</summary>
struct RingEntry
{
    // The payload and the process id of a notification; null and the reasons of a Resync.
    readonly string? _payload;
    readonly int _value;

    RingEntry(string? payload, int value)
    {
        _payload = payload;
        _value = value;
        Bytes = SignalRing.CostOf(payload);
    }

    /// <summary>What it costs. Kept, because the string itself may not be in the cache of the core that reads.</summary>
    internal readonly int Bytes { get; }

    /// <summary>How many cursors stand on it. Belongs to the ring.</summary>
    internal int Cursors;

    internal readonly bool IsResync => _payload is null;

    /// <summary>The reasons of a Resync.</summary>
    internal readonly ResyncReasons Reasons => IsResync ? (ResyncReasons)_value : ResyncReasons.None;

    internal static RingEntry Of(in Notification notification) => new(notification.Payload, notification.ProcessId);

    internal static RingEntry OfResync(ResyncReasons reasons) => new(null, (int)reasons);

    internal readonly ChannelSignal ToSignal(string channel) => _payload is null
        ? ChannelSignal.Resync(channel, Reasons)
        : ChannelSignal.OfNotification(channel, _payload, _value);
}
