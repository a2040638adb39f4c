namespace Rx.PgNotify.Operators;

/// <summary>The access to Resyncs of a kind of signal.</summary>
sealed class SignalResyncAccess<TSignal> : ResyncAccess<TSignal>
    where TSignal : struct, ISignal<TSignal>
{
    internal override bool TryRead(TSignal value, out ChannelSignal resync)
    {
        resync = default;
        if (value.Reasons == ResyncReasons.None)
            return false;
        resync = ChannelSignal.Resync(value.Channel!, value.Reasons, value.Dropped);
        return true;
    }

    internal override string? ChannelOf(TSignal value) => value.Channel;

    internal override TSignal OfResync(ChannelSignal resync) => TSignal.OfResync(resync);
}
