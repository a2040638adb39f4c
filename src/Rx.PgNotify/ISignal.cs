namespace Rx.PgNotify;

/// <summary>What <see cref="ChannelSignal"/> and <see cref="ChannelSignal{T}"/> share: they may be a Resync.</summary>
interface ISignal
{
    string? Channel { get; }

    /// <summary>None unless this is a Resync.</summary>
    ResyncReasons Reasons { get; }

    /// <summary>0 unless this is a Resync.</summary>
    long Dropped { get; }
}

/// <summary>A kind of signal that a Resync can be put into.</summary>
interface ISignal<TSelf> : ISignal
    where TSelf : struct, ISignal<TSelf>
{
    static abstract TSelf OfResync(ChannelSignal resync);
}
