namespace Rx.PgNotify;

/// <summary>What is left of signals that were dropped: for each channel concerned, in the order of the first, one Resync.</summary>
/// <remarks>Not thread-safe: <see cref="IsolationSink{T}"/> uses it under its lock or in its turn.</remarks>
sealed class DroppedSignals
{
    readonly OrderedDictionary<string, ChannelSignal> _resyncs = new(StringComparer.Ordinal);

    internal int Count => _resyncs.Count;

    internal ChannelSignal this[int index] => _resyncs.GetAt(index).Value;

    internal void Add<TSignal>(in TSignal signal)
        where TSignal : struct, ISignal
    {
        if (signal.Channel is not { } channel)
            return; // the default value: no signal at all
        var (reasons, dropped) = signal.Reasons == ResyncReasons.None
            ? (ResyncReasons.Overflow, 1)
            : (signal.Reasons, signal.Dropped);
        if (_resyncs.TryGetValue(channel, out var known, out var index))
            _resyncs.SetAt(index, ChannelSignal.Resync(channel, known.Reasons | reasons, known.Dropped + dropped));
        else
            _resyncs.Add(channel, ChannelSignal.Resync(channel, reasons, dropped));
    }

    internal void Clear() => _resyncs.Clear();
}
