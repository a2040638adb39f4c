namespace Rx.PgNotify;

/// <summary>Keeps every Resync, united to one for each channel, and the latest notification; the Resyncs are taken first.</summary>
sealed class SignalSlot : ISlot<ChannelSignal>
{
    readonly ResyncSet _resyncs = new();
    readonly LatestSlot<ChannelSignal> _notification = new();

    public bool IsEmpty => _resyncs.IsEmpty && _notification.IsEmpty;

    public void Put(ChannelSignal value)
    {
        if (value.IsResync)
            _resyncs.Add(value);
        else
            _notification.Put(value);
    }

    public bool TryTake(out ChannelSignal value) => _resyncs.TryTake(out value) || _notification.TryTake(out value);
}
