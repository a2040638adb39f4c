using System.Diagnostics.CodeAnalysis;

namespace Rx.PgNotify;

/// <summary>Keeps every Resync, united to one for each channel, and the latest notification; the Resyncs are taken first.</summary>
sealed class SignalSlot : ISlot<ChannelSignal>
{
    readonly Queue<string> _channels = new();
    readonly Dictionary<string, ChannelSignal> _resyncs = new(StringComparer.Ordinal);
    readonly LatestSlot<ChannelSignal> _notification = new();

    public bool IsEmpty => _channels.Count == 0 && _notification.IsEmpty;

    public void Put(ChannelSignal value)
    {
        if (!value.IsResync)
            _notification.Put(value);
        else if (_resyncs.TryGetValue(value.Channel, out var known))
            _resyncs[value.Channel] = ChannelSignal.Resync(
                value.Channel, known.Reasons | value.Reasons, known.Dropped + value.Dropped);
        else
        {
            _channels.Enqueue(value.Channel);
            _resyncs.Add(value.Channel, value);
        }
    }

    public bool TryTake([MaybeNullWhen(false)] out ChannelSignal value) =>
        _channels.TryDequeue(out var channel) ? _resyncs.Remove(channel, out value) : _notification.TryTake(out value);
}
