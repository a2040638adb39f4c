using System.Diagnostics.CodeAnalysis;

namespace Rx.PgNotify.Operators;

/// <summary>
/// Keeps the latest value; of signals also every Resync, united to one for each channel. The Resyncs are taken first,
/// whatever the order of arrival: what an observer reads again at a Resync already contains a notification that came before it.
/// </summary>
sealed class LatestGatherer<T> : IGatherer<T, T>
{
    readonly ResyncSet<T>? _resyncs = ResyncSet<T>.Create();
    T? _latest;
    bool _hasLatest;

    internal bool IsEmpty => !_hasLatest && _resyncs is null or { IsEmpty: true };

    public void Add(T value)
    {
        if (_resyncs?.TryAdd(value) == true)
            return;
        _latest = value;
        _hasLatest = true;
    }

    public bool TryTake([MaybeNullWhen(false)] out T result)
    {
        if (_resyncs is not null && _resyncs.TryTake(out result))
            return true;
        result = _latest;
        var hasLatest = _hasLatest;
        _latest = default;
        _hasLatest = false;
        return hasLatest;
    }
}
