using System.Collections.Concurrent;

namespace Rx.PgNotify.Listening;

/// <summary>The channels of the desired state: each once, found by its name, with what is wanted of it.</summary>
/// <remarks>
/// Not thread-safe, apart from <see cref="Route"/>: every other call is made under the lock of <see cref="DesiredChannels"/>. The
/// dictionary is written under it and read without it, by the reading thread.
/// </remarks>
/// <param name="create">Makes the channel of a name that is not here.</param>
sealed class ChannelSet(Func<string, ListenedChannel> create)
{
    readonly ConcurrentDictionary<string, ListenedChannel> _channels = new(StringComparer.Ordinal);

    // The channels for the reconciler to look at. A set, from which what is detached is taken out, so that names which
    // come and go while there is no connection do not pile up.
    HashSet<ListenedChannel> _dirty = [];

    // Those that the reconciler is to look at later: the server has refused their names.
    readonly HashSet<ListenedChannel> _postponed = [];
    int _wanted;
    int _abandoned;

    internal int Count => _channels.Count;

    internal bool AnyWanted => _wanted > 0;

    /// <summary>Whether no channel is wanted and none lingers.</summary>
    internal bool AllAbandoned => _wanted == 0 && _abandoned == _channels.Count;

    internal IEnumerable<ListenedChannel> All => _channels.Select(channel => channel.Value);

    /// <summary>Hands notifications to their channels, if these are still there.</summary>
    /// <remarks>On the thread that reads the socket: one look-up, one append, for each channel that comes in a row.</remarks>
    internal void Route(ReadOnlySpan<Notification> notifications)
    {
        while (notifications is [var first, ..])
        {
            var count = 1;
            while (count < notifications.Length && string.Equals(notifications[count].Channel, first.Channel, StringComparison.Ordinal))
                count++;
            if (_channels.TryGetValue(first.Channel, out var channel))
                channel.Hub.Append(notifications[..count]);
            notifications = notifications[count..];
        }
    }

    internal ListenedChannel AddSubscriber(string name)
    {
        if (!_channels.TryGetValue(name, out var channel))
            _channels[name] = channel = create(name);
        channel.Subscribers++;
        SetDemand(channel, ChannelDemand.Wanted);
        return channel;
    }

    /// <summary>The last subscriber has left: the server listens on for a while.</summary>
    internal void LetLinger(ListenedChannel channel) => SetDemand(channel, ChannelDemand.Lingering);

    /// <summary>Nothing more is to be waited for: the server is to listen no more.</summary>
    internal void Abandon(ListenedChannel channel)
    {
        SetDemand(channel, ChannelDemand.Abandoned);
        _dirty.Add(channel);
    }

    /// <summary>Forgets a channel. With subscribers, its hub is still to be ended, when the lock is free.</summary>
    internal void Detach(ListenedChannel channel)
    {
        if (channel.Demand == ChannelDemand.Detached)
            return;
        SetDemand(channel, ChannelDemand.Detached);
        _dirty.Remove(channel);
        _postponed.Remove(channel);
        _channels.TryRemove(channel.Hub.Name, out _);
        if (channel.Subscribers == 0)
            channel.Hub.Complete(null);
    }

    /// <inheritdoc cref="Detach"/>
    /// <summary>Forgets all channels.</summary>
    internal List<ListenedChannel> DetachAll()
    {
        List<ListenedChannel> all = [.. All];
        foreach (var channel in all)
            Detach(channel);
        return all;
    }

    /// <summary>Has the reconciler look at a channel, unless it is detached.</summary>
    internal bool TryMarkDirty(ListenedChannel channel)
    {
        if (channel.Demand == ChannelDemand.Detached)
            return false;
        _dirty.Add(channel);
        _postponed.Remove(channel);
        return true;
    }

    /// <summary>Has the reconciler look at a channel that it has taken, but later.</summary>
    internal void Postpone(ListenedChannel channel) => _postponed.Add(channel);

    /// <summary>Has the reconciler look at all that were postponed.</summary>
    /// <returns>Whether there are any.</returns>
    internal bool ResumePostponed()
    {
        if (_postponed.Count == 0)
            return false;
        _dirty.UnionWith(_postponed);
        _postponed.Clear();
        return true;
    }

    /// <summary>What the reconciler has to look at.</summary>
    internal IReadOnlyCollection<ListenedChannel> TakeDirty()
    {
        var dirty = _dirty;
        _dirty = [];
        return dirty;
    }

    void SetDemand(ListenedChannel channel, ChannelDemand demand)
    {
        Count(channel.Demand, -1);
        channel.Demand = demand;
        Count(demand, 1);

        void Count(ChannelDemand of, int change)
        {
            if (of == ChannelDemand.Wanted)
                _wanted += change;
            else if (of == ChannelDemand.Abandoned)
                _abandoned += change;
        }
    }
}
