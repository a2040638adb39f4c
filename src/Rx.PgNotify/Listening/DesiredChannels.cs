using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reactive.Concurrency;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// The desired state: which channels are wanted, by how many, and which linger. Subscribing and disposing change it
/// and return; the pump alone reconciles the server with it. So a LISTEN can't be overtaken by an UNLISTEN, and
/// subscribing while a connection is being opened needs no special case.
/// </summary>
/// <remarks>
/// <c>_gate</c> guards every field here and in <see cref="ListenedChannel"/>. It may be held when a hub's lock is
/// taken, never the other way round. The dictionary is written under it and read without it, by the reading thread.
/// </remarks>
sealed class DesiredChannels
{
    /// <summary>Beyond so many channels the server's own cost for each notification begins to show.</summary>
    internal const int RecommendedCount = 1_000;

    readonly Lock _gate = new();
    readonly ConcurrentDictionary<string, ListenedChannel> _channels = new(StringComparer.Ordinal);
    readonly Func<string, ChannelHub> _createHub;
    readonly Action _changed;
    readonly TimeSpan _linger;
    readonly IScheduler _scheduler;
    readonly IStopwatch _clock;
    readonly RefusedChannels _refused;

    // The channels for the reconciler to look at. A set, from which what is detached is taken out, so that names which
    // come and go while there is no connection do not pile up.
    HashSet<ListenedChannel> _dirty = [];
    int _wanted;
    int _abandoned;
    bool _isClosed;

    internal DesiredChannels(Func<string, ChannelHub> createHub, Action changed, PgListenerOptions options)
    {
        _createHub = createHub;
        _changed = changed;
        _linger = options.Linger;
        _scheduler = options.Scheduler;
        _clock = options.Scheduler.StartClock();
        _refused = new RefusedChannels(options.ReconnectDelay, options.MaxReconnectDelay);
    }

    /// <summary>Whether any channel has a subscriber. A moment's truth.</summary>
    internal bool AnyWanted
    {
        get
        {
            lock (_gate)
                return _wanted > 0;
        }
    }

    internal int Count
    {
        get
        {
            lock (_gate)
                return _channels.Count;
        }
    }

    internal int CountListened()
    {
        lock (_gate)
            return _channels.Count(channel => channel.Value.Server == ListenedChannel.ServerState.Listening);
    }

    internal int CountSubscribers()
    {
        lock (_gate)
            return _channels.Sum(channel => channel.Value.Subscribers);
    }

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

    /// <summary>Counts one more subscriber in. It has to call <see cref="ListenedChannel.Release"/> once.</summary>
    internal ListenedChannel Acquire(string name)
    {
        ListenedChannel? channel;
        bool hasChanged;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(PgListener));
            if (!_channels.TryGetValue(name, out channel))
            {
                channel = new ListenedChannel(_createHub(name), Release);
                _channels[name] = channel;
            }

            if (channel.Subscribers++ == 0)
            {
                _wanted++;
                if (channel.Demand == ChannelDemand.Abandoned)
                    _abandoned--;
                channel.Demand = ChannelDemand.Wanted;
            }

            hasChanged = channel.Server != ListenedChannel.ServerState.Listening;
            if (hasChanged)
                _dirty.Add(channel);
        }

        if (hasChanged)
            _changed();
        return channel;
    }

    /// <summary>What has to be sent to the server now. The channels in it count as in flight until the answer is noted.</summary>
    internal ChannelChanges TakeChanges()
    {
        var changes = new ChannelChanges();
        List<(ListenedChannel Channel, TimeSpan Delay)>? postponed = null;
        var now = _clock.Elapsed;
        lock (_gate)
        {
            var dirty = _dirty;
            _dirty = [];
            foreach (var channel in dirty)
            {
                if (channel.Server == ListenedChannel.ServerState.NotListening
                    && _refused.Remaining(channel.Hub.Name, now) is { Ticks: > 0 } delay)
                    (postponed ??= []).Add((channel, delay));
                else
                    Plan_NeedsLock(channel, changes);
            }
        }

        foreach (var (channel, delay) in postponed ?? [])
            StartTimer(channel, delay, static (owner, channel) => owner.RefusalEnds(channel));
        return changes;
    }

    /// <summary>The server listens to these now.</summary>
    internal void Listening(IEnumerable<ListenedChannel> channels)
    {
        foreach (var channel in channels)
        {
            channel.Hub.Acknowledge();
            Answered(channel, ListenedChannel.ServerState.Listening);
        }
    }

    /// <summary>The server does not listen to these any more.</summary>
    internal void Unlistened(IEnumerable<ListenedChannel> channels)
    {
        foreach (var channel in channels)
            Answered(channel, ListenedChannel.ServerState.NotListening);
    }

    /// <summary>
    /// The connection is gone: nothing is listened to, and what nobody wants is forgotten, lingering or not.
    /// </summary>
    internal void Disconnected()
    {
        lock (_gate)
        {
            foreach (var (_, channel) in _channels)
            {
                channel.Server = ListenedChannel.ServerState.NotListening;
                channel.Hub.NoLongerListened();
                if (channel.Demand == ChannelDemand.Wanted)
                    _dirty.Add(channel);
                else
                    Detach_NeedsLock(channel);
            }
        }
    }

    /// <summary>The server refused this one for good: its subscriptions end, the next one starts anew.</summary>
    internal void Refused(ListenedChannel channel, Func<PgListenerException> error)
    {
        var now = _clock.Elapsed;
        lock (_gate)
        {
            _refused.Add(channel.Hub.Name, now);
            Detach_NeedsLock(channel);
        }

        channel.Hub.End(error);
    }

    /// <summary>
    /// Ends all present subscriptions with an error. Those that begin from <paramref name="publish"/> on are of a new
    /// epoch: whoever subscribes because the fault was published is not ended by it.
    /// </summary>
    internal void Fault(Func<PgListenerException> error, Action publish)
    {
        var hubs = DetachAll(close: false);
        publish();
        foreach (var hub in hubs)
            hub.End(error);
    }

    /// <summary>Completes all present subscriptions, and refuses later ones.</summary>
    internal void Close()
    {
        foreach (var hub in DetachAll(close: true))
            hub.End(null);
    }

    /// <summary>
    /// If no channel is wanted and none lingers, forgets them all: the connection is to be closed, which un-listens
    /// more cheaply than any command. Whoever subscribes from now on needs a new one.
    /// </summary>
    internal bool TryGiveUpConnection()
    {
        lock (_gate)
        {
            if (_wanted > 0 || _abandoned < _channels.Count)
                return false;
            foreach (var (_, channel) in _channels)
                Detach_NeedsLock(channel);
            return true;
        }
    }

    void Release(ListenedChannel channel)
    {
        bool startTimer, hasChanged;
        var now = _clock.Elapsed;
        lock (_gate)
        {
            Debug.Assert(channel.Subscribers > 0);
            if (--channel.Subscribers > 0 || channel.Demand == ChannelDemand.Detached)
                return;
            _wanted--;
            channel.Demand = ChannelDemand.Lingering;
            channel.LingersUntil = now + _linger;
            if (channel.Server == ListenedChannel.ServerState.NotListening)
                Detach_NeedsLock(channel); // there is nothing to linger for
            else if (_linger == TimeSpan.Zero)
                Abandon_NeedsLock(channel);
            hasChanged = channel.Demand != ChannelDemand.Lingering;
            startTimer = !hasChanged && !channel.HasTimer;
            channel.HasTimer |= startTimer;
        }

        if (startTimer)
            StartLinger(channel, _linger);
        if (hasChanged)
            _changed();
    }

    void StartLinger(ListenedChannel channel, TimeSpan delay) =>
        StartTimer(channel, delay, static (owner, channel) => owner.LingerEnds(channel));

    void LingerEnds(ListenedChannel channel)
    {
        TimeSpan remaining;
        var now = _clock.Elapsed;
        lock (_gate)
        {
            channel.HasTimer = false;
            if (channel.Demand != ChannelDemand.Lingering)
                return;
            remaining = channel.LingersUntil - now;
            if (remaining > TimeSpan.Zero)
                channel.HasTimer = true; // somebody came and went in the meantime, and its linger counts
            else
                Abandon_NeedsLock(channel);
        }

        if (remaining > TimeSpan.Zero)
            StartLinger(channel, remaining);
        else
            _changed();
    }

    void RefusalEnds(ListenedChannel channel)
    {
        lock (_gate)
        {
            if (channel.Demand == ChannelDemand.Detached)
                return;
            _dirty.Add(channel);
        }

        _changed();
    }

    void StartTimer(ListenedChannel channel, TimeSpan delay, Action<DesiredChannels, ListenedChannel> ends)
    {
        var state = (Owner: this, Channel: channel, Ends: ends);
        if (_scheduler.TrySchedule(state, delay, static (_, state) => state.Ends(state.Owner, state.Channel), out _) is null)
            return;
        // The user's scheduler is gone. A delay of zero beats a channel that is listened to for ever.
        lock (_gate)
            channel.LingersUntil = TimeSpan.Zero;
        ends(this, channel);
    }

    void Plan_NeedsLock(ListenedChannel channel, ChannelChanges changes)
    {
        switch (channel.Server)
        {
            case ListenedChannel.ServerState.NotListening when channel.Demand == ChannelDemand.Wanted:
                channel.Server = ListenedChannel.ServerState.InFlight;
                channel.Hub.ListenRequested();
                changes.Listen.Add(channel);
                break;
            case ListenedChannel.ServerState.NotListening when channel.Demand == ChannelDemand.Abandoned:
                Detach_NeedsLock(channel);
                break;
            case ListenedChannel.ServerState.Listening when channel.Demand == ChannelDemand.Abandoned:
                // Under this lock, so that whoever subscribes from now on does not take the old LISTEN for granted.
                channel.Server = ListenedChannel.ServerState.InFlight;
                channel.Hub.NoLongerListened();
                changes.Unlisten.Add(channel);
                break;
            default:
                break;
        }
    }

    void Answered(ListenedChannel channel, ListenedChannel.ServerState server)
    {
        lock (_gate)
        {
            if (channel.Demand == ChannelDemand.Detached)
                return;
            channel.Server = server;
            if (server == ListenedChannel.ServerState.Listening)
                _refused.Forget(channel.Hub.Name);
            _dirty.Add(channel); // what is wanted may have changed while the answer was on its way
        }
    }

    void Abandon_NeedsLock(ListenedChannel channel)
    {
        channel.Demand = ChannelDemand.Abandoned;
        _abandoned++;
        _dirty.Add(channel);
    }

    void Detach_NeedsLock(ListenedChannel channel)
    {
        var demand = channel.Demand;
        if (demand == ChannelDemand.Detached)
            return;
        channel.Demand = ChannelDemand.Detached;
        _dirty.Remove(channel);
        _channels.TryRemove(channel.Hub.Name, out _);
        if (demand == ChannelDemand.Wanted)
            _wanted--;
        else
            channel.Hub.End(null);
        if (demand == ChannelDemand.Abandoned)
            _abandoned--;
    }

    List<ChannelHub> DetachAll(bool close)
    {
        var hubs = new List<ChannelHub>();
        lock (_gate)
        {
            _isClosed |= close;
            foreach (var (_, channel) in _channels)
            {
                Detach_NeedsLock(channel);
                hubs.Add(channel.Hub);
            }
        }

        return hubs;
    }
}
