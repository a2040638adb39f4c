namespace Rx.PgNotify;

/// <summary>Why a <see cref="ChannelSignal"/> of the Resync kind was sent. Several reasons may meet in one.</summary>
[Flags]
public enum ResyncReasons : byte
{
    /// <summary>No reason: the value of a signal that is a notification.</summary>
    None = 0,

    /// <summary>The server has acknowledged <c>LISTEN</c> for this channel, or had already done so.</summary>
    Subscribed = 1,

    /// <summary>The connection was lost, a new one stands, and the server listens to the channel again.</summary>
    Reconnected = 2,

    /// <summary>
    /// The subscriber was too slow for its buffer; <see cref="ChannelSignal.Dropped"/> says how many were dropped.
    /// </summary>
    Overflow = 4,
}
