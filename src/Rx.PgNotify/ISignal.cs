using Rx.PgNotify.Operators;

namespace Rx.PgNotify;

/// <summary>What <see cref="ChannelSignal"/> and <see cref="ChannelSignal{T}"/> share: they may be a Resync.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
interface ISignal<TSelf>
{
    string? Channel { get; }

    /// <summary>None unless this is a Resync.</summary>
    ResyncReasons Reasons { get; }

    /// <summary>0 unless this is a Resync.</summary>
    long Dropped { get; }

    /// <summary>What <see cref="ResyncAccess{T}.Instance"/> is for this type. Any value does, the default one too.</summary>
    ResyncAccess<TSelf> CreateResyncAccess();

    static abstract TSelf OfResync(ChannelSignal resync);
}
