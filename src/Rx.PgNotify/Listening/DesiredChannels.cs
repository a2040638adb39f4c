using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reactive.Concurrency;
using Rx.PgNotify.Delivery;

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
    List<ListenedChannel> _dirty = [];
    int _wanted;
    int _abandoned;
    bool _isClosed;

    internal DesiredChannels(Func<string, ChannelHub> createHub, Action changed, TimeSpan linger, IScheduler scheduler)
    {
        _createHub = createHub;
        _changed = changed;
        _linger = linger;
        _scheduler = scheduler;
        _clock = scheduler.StartStopwatch();
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

    /// <summary>The hub of a channel that a notification came for, if it is still there.</summary>
    internal ChannelHub? Find(string name) => _channels.TryGetValue(name, out var channel) ? channel.Hub : null;

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
                if (channel.IsAbandoned)
                {
                    channel.IsAbandoned = false;
                    _abandoned--;
                }
            }

            hasChanged = channel.Server != ListenedChannel.OnServer.Listening;
            if (hasChanged)
                MarkDirty(channel);
        }

        if (hasChanged)
            _changed();
        return channel;
    }

    /// <summary>What the server has to be told now. The channels in it count as in flight until the answer is noted.</summary>
    internal ChannelChanges TakeChanges()
    {
        var changes = new ChannelChanges();
        lock (_gate)
        {
            var dirty = _dirty;
            _dirty = [];
            foreach (var channel in dirty)
            {
                channel.IsDirty = false;
                if (!channel.IsDetached)
                    Plan(channel, changes);
            }
        }

        return changes;
    }

    /// <summary>The server listens to these now.</summary>
    internal void Listening(IEnumerable<ListenedChannel> channels)
    {
        foreach (var channel in channels)
        {
            channel.Hub.Acknowledge();
            Answered(channel, ListenedChannel.OnServer.Listening);
        }
    }

    /// <summary>The server does not listen to these any more.</summary>
    internal void Unlistened(IEnumerable<ListenedChannel> channels)
    {
        foreach (var channel in channels)
            Answered(channel, ListenedChannel.OnServer.NotListening);
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
                channel.Server = ListenedChannel.OnServer.NotListening;
                channel.Hub.NoLongerListened();
                if (channel.Subscribers == 0)
                    Detach(channel);
                else
                    MarkDirty(channel);
            }
        }
    }

    /// <summary>The server refused this one for good: its subscriptions end, the next one starts anew.</summary>
    internal void Refused(ListenedChannel channel, Func<PgListenerException> error)
    {
        lock (_gate)
            Detach(channel);
        channel.Hub.End(error);
    }

    /// <summary>Ends all present subscriptions with an error. Later ones start a new epoch.</summary>
    internal void Fault(Func<PgListenerException> error)
    {
        foreach (var hub in DetachAll(close: false))
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
                Detach(channel);
            return true;
        }
    }

    void Release(ListenedChannel channel)
    {
        bool startTimer, hasChanged;
        lock (_gate)
        {
            Debug.Assert(channel.Subscribers > 0);
            if (--channel.Subscribers > 0 || channel.IsDetached)
                return;
            _wanted--;
            channel.LingersUntil = _clock.Elapsed + _linger;
            if (_linger == TimeSpan.Zero || channel.Server == ListenedChannel.OnServer.NotListening)
                Abandon(channel);
            startTimer = !channel.IsAbandoned && !channel.HasTimer;
            if (startTimer)
                channel.HasTimer = true;
            hasChanged = channel.IsAbandoned;
        }

        if (startTimer)
            StartTimer(channel, _linger);
        if (hasChanged)
            _changed();
    }

    void StartTimer(ListenedChannel channel, TimeSpan delay) =>
        _scheduler.Schedule((Owner: this, Channel: channel), delay, static (state, _) => state.Owner.LingerEnds(state.Channel));

    void LingerEnds(ListenedChannel channel)
    {
        TimeSpan remaining;
        lock (_gate)
        {
            channel.HasTimer = false;
            if (channel.Subscribers > 0 || channel.IsDetached || channel.IsAbandoned)
                return;
            remaining = channel.LingersUntil - _clock.Elapsed;
            if (remaining > TimeSpan.Zero)
                channel.HasTimer = true; // somebody came and went in the meantime, and its linger counts
            else
                Abandon(channel);
        }

        if (remaining > TimeSpan.Zero)
            StartTimer(channel, remaining);
        else
            _changed();
    }

    void Plan(ListenedChannel channel, ChannelChanges changes)
    {
        switch (channel.Server)
        {
            case ListenedChannel.OnServer.NotListening when channel.Subscribers > 0:
                channel.Server = ListenedChannel.OnServer.InFlight;
                channel.Hub.ListenRequested();
                changes.Listen.Add(channel);
                break;
            case ListenedChannel.OnServer.NotListening when channel.IsAbandoned:
                Detach(channel);
                break;
            case ListenedChannel.OnServer.Listening when channel.IsAbandoned:
                // Under this lock, so that whoever subscribes from now on does not take the old LISTEN for granted.
                channel.Server = ListenedChannel.OnServer.InFlight;
                channel.Hub.NoLongerListened();
                changes.Unlisten.Add(channel);
                break;
            default:
                break;
        }
    }

    void Answered(ListenedChannel channel, ListenedChannel.OnServer server)
    {
        lock (_gate)
        {
            if (channel.IsDetached)
                return;
            channel.Server = server;
            MarkDirty(channel); // what is wanted may have changed while the answer was on its way
        }
    }

    void Abandon(ListenedChannel channel)
    {
        channel.IsAbandoned = true;
        _abandoned++;
        MarkDirty(channel);
    }

    void MarkDirty(ListenedChannel channel)
    {
        if (channel.IsDirty)
            return;
        channel.IsDirty = true;
        _dirty.Add(channel);
    }

    void Detach(ListenedChannel channel)
    {
        if (channel.IsDetached)
            return;
        channel.IsDetached = true;
        _channels.TryRemove(channel.Hub.Name, out _);
        if (channel.Subscribers > 0)
            _wanted--;
        else
            channel.Hub.End(null);
        if (channel.IsAbandoned)
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
                Detach(channel);
                hubs.Add(channel.Hub);
            }
        }

        return hubs;
    }
}
