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
/// <c>_gate</c> guards every field here, and all channels: which there are, linger, are refused, have to be looked at. It may be held
/// when a hub's lock is taken, never the other way round. Only <see cref="Route"/> takes none, on the reading thread.
/// </remarks>
sealed class DesiredChannels
{
    /// <summary>Beyond so many channels the server's own cost for each notification begins to show.</summary>
    internal const int RecommendedCount = 1_000;

    readonly Type _owner;
    readonly Lock _gate = new();
    readonly ChannelSet _channels;
    readonly Linger _linger;
    readonly RefusedChannels _refused;
    readonly Reconciliation _reconciliation;
    readonly Action _changed;
    readonly IStopwatch _clock;
    bool _isStopped;
    bool _isClosed;

    internal DesiredChannels(Type owner, Func<string, ChannelHub> createHub, Action changed, ListenerOptions options)
    {
        _owner = owner;
        _changed = changed;
        _clock = options.Scheduler.StartClock();
        _channels = new ChannelSet(name => new ListenedChannel(createHub(name), Release));
        _linger = new Linger(_gate, _channels, changed, options, _clock);
        _refused = new RefusedChannels(_gate, _channels, changed, options);
        _reconciliation = new Reconciliation(_channels, _refused);
    }

    /// <summary>Whether any channel has a subscriber. A moment's truth.</summary>
    internal bool AnyWanted => Read(static channels => channels.AnyWanted);

    internal bool IsStopped
    {
        get
        {
            lock (_gate)
                return _isStopped;
        }
    }

    internal int Count => Read(static channels => channels.Count);

    internal int CountListened() => Read(static channels => channels.All.Count(channel => channel.Status == ListenStatus.Listening));

    internal int CountSubscribers() => Read(static channels => channels.All.Sum(channel => channel.Subscribers));

    /// <inheritdoc cref="ChannelSet.Route"/>
    internal void Route(ReadOnlySpan<Notification> notifications) => _channels.Route(notifications);

    /// <summary>Counts one more subscriber in. It has to call <see cref="ListenedChannel.Release"/> once.</summary>
    internal ListenedChannel Acquire(string name)
    {
        ListenedChannel channel;
        bool isStopped;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, _owner);
            channel = _channels.AddSubscriber(name);
            if (channel.Status == ListenStatus.Listening)
                return channel;
            isStopped = _isStopped;
            if (isStopped)
                _channels.Detach(channel);
            else
                _channels.TryMarkDirty(channel);
        }

        if (isStopped)
            channel.Hub.Complete(null);
        else
            _changed();
        return channel;
    }

    /// <inheritdoc cref="Reconciliation.TakeChanges"/>
    internal ChannelChanges TakeChanges()
    {
        var now = _clock.Elapsed;
        ChannelChanges changes;
        TimeSpan? postponedUntil;
        lock (_gate)
            changes = _reconciliation.TakeChanges(now, out postponedUntil);
        if (postponedUntil is { } until)
            _refused.EnsureTimer(until, now);
        return changes;
    }

    /// <summary>The server listens to these now.</summary>
    internal void Listening(IEnumerable<ListenedChannel> channels)
    {
        foreach (var channel in channels)
        {
            channel.Hub.Acknowledge();
            Answered(channel, ListenStatus.Listening);
        }
    }

    /// <summary>The server does not listen to these any more.</summary>
    internal void Unlistened(IEnumerable<ListenedChannel> channels)
    {
        foreach (var channel in channels)
            Answered(channel, ListenStatus.NotListening);
    }

    /// <inheritdoc cref="Reconciliation.Disconnected"/>
    internal void Disconnected()
    {
        lock (_gate)
            _reconciliation.Disconnected();
    }

    /// <summary>The server refused this one for good: its subscriptions end, the next one starts anew.</summary>
    internal void Refused(ListenedChannel channel, Func<PgListenerException> error)
    {
        var now = _clock.Elapsed;
        lock (_gate)
        {
            _refused.Add_NeedsLock(channel.Hub.Name, now);
            _channels.Detach(channel);
        }

        channel.Hub.Complete(error);
    }

    /// <summary>
    /// Ends all present subscriptions with an error. Those that begin from <paramref name="publish"/> on are of a new
    /// epoch: whoever subscribes because the fault was published is not ended by it.
    /// </summary>
    internal void Fault(Func<PgListenerException> error, Action publish)
    {
        var channels = DetachAll();
        publish();
        foreach (var channel in channels)
            channel.Hub.Complete(error);
    }

    /// <summary>Completes all present subscriptions, and each later one at once. Never blocks.</summary>
    internal void Stop()
    {
        CompleteAll(DetachAll(stop: true));
        _changed(); // so that the pump closes the connection
    }

    /// <summary>Completes all present subscriptions, and refuses later ones.</summary>
    internal void Close() => CompleteAll(DetachAll(close: true));

    /// <summary>
    /// If no channel is wanted and none lingers, forgets them all: the connection is to be closed, which un-listens
    /// more cheaply than any command. Whoever subscribes from now on needs a new one.
    /// </summary>
    internal bool TryGiveUpConnection()
    {
        lock (_gate)
        {
            if (!_channels.AllAbandoned)
                return false;
            _channels.DetachAll();
            return true;
        }
    }

    void Release(ListenedChannel channel)
    {
        var startTimer = false;
        var now = _clock.Elapsed;
        lock (_gate)
        {
            Debug.Assert(channel.Subscribers > 0);
            if (--channel.Subscribers > 0 || channel.Demand == ChannelDemand.Detached)
                return;
            if (channel.Status == ListenStatus.NotListening)
                _channels.Detach(channel); // there is nothing to linger for
            else if (_linger.IsZero)
                _channels.Abandon(channel);
            else if (_linger.Begin_NeedsLock(channel, now))
                startTimer = true;
            else
                return;
        }

        if (startTimer)
            _linger.StartTimer(channel, now);
        else
            _changed();
    }

    void Answered(ListenedChannel channel, ListenStatus status)
    {
        lock (_gate)
            _reconciliation.Answered(channel, status);
    }

    T Read<T>(Func<ChannelSet, T> read)
    {
        lock (_gate)
            return read(_channels);
    }

    List<ListenedChannel> DetachAll(bool stop = false, bool close = false)
    {
        lock (_gate)
        {
            _isStopped |= stop;
            _isClosed |= close;
            return _channels.DetachAll();
        }
    }

    static void CompleteAll(List<ListenedChannel> channels)
    {
        foreach (var channel in channels)
            channel.Hub.Complete(null);
    }
}
