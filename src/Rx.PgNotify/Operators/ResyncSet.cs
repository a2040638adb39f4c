using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Rx.PgNotify.Operators;

/// <summary>Resyncs, united to one for each channel, in the order in which the channels had their first.</summary>
/// <remarks>
/// United means: with the reasons of all, and their dropped notifications added up. Not thread-safe, and free of
/// foreign code, so that a sink may use it under its lock. Under a lasting overload it allocates nothing.
/// </remarks>
sealed class ResyncSet<T>
{
    readonly ResyncAccess<T> _access;

    readonly Dictionary<string, ChannelSignal> _resyncs = new(StringComparer.Ordinal);
    readonly Queue<string> _channels = new();

    internal ResyncSet(ResyncAccess<T> access) => _access = access;

    internal bool IsEmpty => _channels.Count == 0;

    /// <summary>An empty set, or <see langword="null"/> if <typeparamref name="T"/> is not a kind of signal.</summary>
    internal static ResyncSet<T>? Create() =>
        ResyncAccess<T>.Instance is { } access ? new ResyncSet<T>(access) : null;

    /// <summary>Adds a value if it is a Resync.</summary>
    /// <returns>Whether it is.</returns>
    internal bool TryAdd(T value)
    {
        if (!_access.TryRead(value, out var resync))
            return false;
        Add(resync);
        return true;
    }

    /// <summary>Adds a value that is dropped: a Resync as it is, in place of a notification one that counts it.</summary>
    internal void AddDropped(T value)
    {
        if (!TryAdd(value) && _access.ChannelOf(value) is { } channel)
            Add(ChannelSignal.Resync(channel, ResyncReasons.Overflow, dropped: 1));
    }

    /// <summary>Takes the first one.</summary>
    internal bool TryTake([MaybeNullWhen(false)] out T resync)
    {
        resync = default;
        if (!_channels.TryDequeue(out var channel))
            return false;
        _resyncs.Remove(channel, out var united);
        resync = _access.OfResync(united);
        return true;
    }

    internal void Clear()
    {
        _resyncs.Clear();
        _channels.Clear();
    }

    void Add(ChannelSignal resync)
    {
        ref var united = ref CollectionsMarshal.GetValueRefOrAddDefault(_resyncs, resync.Channel, out var isKnown);
        if (!isKnown)
            _channels.Enqueue(resync.Channel);
        united = isKnown
            ? ChannelSignal.Resync(resync.Channel, united.Reasons | resync.Reasons, united.Dropped + resync.Dropped)
            : resync;
    }
}
