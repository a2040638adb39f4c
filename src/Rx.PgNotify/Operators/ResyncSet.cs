namespace Rx.PgNotify;

/// <summary>Resyncs, united to one for each channel, in the order in which the channels had their first.</summary>
/// <remarks>
/// United means: with the reasons of all, and their dropped notifications added up. Not thread-safe, and free of
/// foreign code, so that a sink may use it under its lock.
/// </remarks>
sealed class ResyncSet
{
    // One for each channel that had any: rare and few.
    List<ChannelSignal> _resyncs = [];

    internal bool IsEmpty => _resyncs.Count == 0;

    internal void Add(ChannelSignal resync)
    {
        var known = _resyncs.FindIndex(r => string.Equals(r.Channel, resync.Channel, StringComparison.Ordinal));
        if (known < 0)
            _resyncs.Add(resync);
        else
            _resyncs[known] = ChannelSignal.Resync(
                resync.Channel, _resyncs[known].Reasons | resync.Reasons, _resyncs[known].Dropped + resync.Dropped);
    }

    /// <summary>The list of them, which is the caller's now; the set is empty afterwards.</summary>
    internal List<ChannelSignal> Take()
    {
        var resyncs = _resyncs;
        _resyncs = [];
        return resyncs;
    }

    /// <summary>Takes the first one.</summary>
    internal bool TryTake(out ChannelSignal resync)
    {
        resync = default;
        if (IsEmpty)
            return false;
        resync = _resyncs[0];
        _resyncs.RemoveAt(0);
        return true;
    }
}
