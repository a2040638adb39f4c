using System.Buffers;
using System.Diagnostics;

namespace Rx.PgNotify.Delivery;

/// <summary>
/// One channel's fan-out: what arrives is stored once in a bounded ring, and each subscription reads on from a
/// position of its own. Knows no sockets; the session tells it what happened.
/// </summary>
/// <remarks>
/// <para>
/// <c>_gate</c> guards every field here and the fields of a <see cref="Subscription"/> that are marked so. It is a
/// leaf: no other lock is taken, no user code runs and nothing is awaited under it.
/// </para>
/// <para>
/// Parked subscriptions have nothing to read, all others are running or queued to run. Who makes something readable
/// therefore has to wake the parked ones, and nobody else.
/// </para>
/// </remarks>
sealed class ChannelHub : IThreadPoolWorkItem
{
    readonly Lock _gate = new();
    readonly int _capacity;
    readonly BufferBudget _budget;
    readonly SignalRing _ring = new();
    readonly List<Subscription> _subscriptions = [];
    readonly List<Subscription> _parked = [];
    long _bufferedBytes;
    int _joined;
    Acknowledgement _acknowledgement;
    bool _isWaking;
    bool _hasEnded;
    Func<PgListenerException>? _error;

    internal ChannelHub(string name, int capacity, BufferBudget budget)
    {
        Name = name;
        _capacity = capacity;
        _budget = budget;
        budget.Add(this);
    }

    // Whether a LISTEN for this channel is in force on the server.
    enum Acknowledgement
    {
        None,

        // Sent. The first notification proves it as well as the reply does, and may come before it.
        Requested,
        Given,
    }

    internal string Name { get; }

    /// <summary>Whether nothing comes any more.</summary>
    internal bool HasEnded
    {
        get
        {
            lock (_gate)
                return _hasEnded;
        }
    }

    /// <summary>What the ring holds, as of a moment ago; may be read without the lock.</summary>
    internal long BufferedBytes => Volatile.Read(ref _bufferedBytes);

    /// <summary>Takes a notification from the session. Never blocks for long and never calls an observer.</summary>
    internal void Append(string payload, int processId)
    {
        Subscription? woken;
        lock (_gate)
        {
            // None: the rest of a connection that was given up, or of a channel that is being un-listened. Nobody has
            // been promised it, and taking it for an acknowledgement would promise what an UNLISTEN in flight breaks.
            if (_acknowledgement == Acknowledgement.None)
                return;
            AcknowledgeLocked();
            if (_joined == 0)
                return;
            Store(payload, processId);
            woken = WakeLocked();
        }

        woken?.Queue();
        if (_budget.IsExceeded)
            _budget.Relieve();
    }

    /// <summary>LISTEN is about to be sent.</summary>
    internal void ListenRequested()
    {
        lock (_gate)
            _acknowledgement = Acknowledgement.Requested;
    }

    /// <summary>The server has acknowledged LISTEN.</summary>
    internal void Acknowledge()
    {
        Subscription? woken;
        lock (_gate)
        {
            if (_acknowledgement != Acknowledgement.Requested)
                return;
            AcknowledgeLocked();
            woken = WakeLocked();
        }

        woken?.Queue();
    }

    /// <summary>LISTEN is no longer in force: UNLISTEN is about to be sent, or the connection is gone.</summary>
    internal void NoLongerListened()
    {
        lock (_gate)
            _acknowledgement = Acknowledgement.None;
    }

    /// <summary>
    /// Nothing comes any more: each subscription reads what is stored for it, then ends. With
    /// <paramref name="error"/> it ends with an exception of its own.
    /// </summary>
    internal void End(Func<PgListenerException>? error)
    {
        Subscription? woken;
        lock (_gate)
        {
            if (_hasEnded)
                return;
            _hasEnded = true;
            _error = error;
            _acknowledgement = Acknowledgement.None;
            if (_subscriptions.Count == 0)
                _budget.Remove(this);
            foreach (var subscription in _subscriptions)
            {
                if (!subscription.IsJoined)
                    subscription.FailToJoin(error?.Invoke());
            }

            woken = WakeLocked();
        }

        woken?.Queue();
    }

    internal void Join(Subscription subscription)
    {
        lock (_gate)
        {
            subscription.Index = _subscriptions.Count;
            _subscriptions.Add(subscription);
            if (_hasEnded)
                subscription.FailToJoin(_error?.Invoke());
            else if (_acknowledgement == Acknowledgement.Given)
                JoinAtTail(subscription);
            else
            {
                Park(subscription);
                return;
            }
        }

        subscription.Queue();
    }

    internal void Leave(Subscription subscription)
    {
        lock (_gate)
        {
            if (subscription.Index < 0)
                return;
            var last = _subscriptions[^1];
            _subscriptions[subscription.Index] = last;
            last.Index = subscription.Index;
            _subscriptions.RemoveAt(_subscriptions.Count - 1);
            subscription.Index = -1;
            Unpark(subscription);
            if (subscription.IsJoined)
            {
                subscription.IsJoined = false;
                _joined--;
                _ring.RemoveCursor(subscription.Position);
                ChargeBudget();
            }

            if (_hasEnded && _subscriptions.Count == 0)
                _budget.Remove(this);
        }
    }

    /// <summary>
    /// Copies what comes next for <paramref name="subscription"/>. When there is nothing it either parks it or, if the
    /// channel has ended, says so: the caller then ends it.
    /// </summary>
    internal (int Count, bool HasEnded) Read(Subscription subscription, Span<ChannelSignal> into)
    {
        lock (_gate)
        {
            if (subscription.Index < 0)
                return (0, false);
            var count = 0;
            if (subscription.PendingReasons != ResyncReasons.None)
            {
                into[count++] = ChannelSignal.Resync(Name, subscription.PendingReasons, subscription.PendingDropped);
                subscription.PendingReasons = ResyncReasons.None;
                subscription.PendingDropped = 0;
            }

            if (subscription.IsJoined)
                count += CopyFromRing(subscription, into[count..]);
            if (count > 0)
                return (count, false);
            if (_hasEnded)
                return (0, true);
            Park(subscription);
            return (0, false);
        }
    }

    /// <summary>The exception for one observer of an ended channel; <see langword="null"/> if it just completed.</summary>
    internal PgListenerException? CreateError() => _error?.Invoke();

    /// <summary>Makes the slowest subscriptions skip the older half of what is stored, to free memory.</summary>
    internal void OverrunSlowest()
    {
        lock (_gate)
        {
            if (_ring.Count > 0)
                Overrun(_ring.Head + ((_ring.Count + 1) / 2));
            ChargeBudget();
        }
    }

    /// <summary>Wakes many: on the thread pool, so that storing costs the same for one subscriber and a thousand.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Subscription[] woken;
        int count;
        lock (_gate)
        {
            _isWaking = false;
            count = _parked.Count;
            woken = ArrayPool<Subscription>.Shared.Rent(count);
            _parked.CopyTo(woken);
            foreach (var subscription in _parked)
                subscription.ParkedAt = -1;
            _parked.Clear();
        }

        for (var i = 0; i < count; i++)
            woken[i].Queue();
        ArrayPool<Subscription>.Shared.Return(woken, clearArray: true);
    }

    void AcknowledgeLocked()
    {
        if (_acknowledgement == Acknowledgement.Given)
            return;
        _acknowledgement = Acknowledgement.Given;

        // Who has joined before was cut off in between; the order matters: these first, at the same place in the
        // stream, then the newcomers behind it, who get a Resync of their own.
        if (_joined > 0)
            Store(null, (int)ResyncReasons.Reconnected);
        foreach (var subscription in _subscriptions)
        {
            if (!subscription.IsJoined)
                JoinAtTail(subscription);
        }
    }

    void JoinAtTail(Subscription subscription)
    {
        subscription.IsJoined = true;
        subscription.Position = _ring.Tail;
        subscription.PendingReasons = ResyncReasons.Subscribed;
        _ring.AddCursorAtTail();
        _joined++;
        subscription.HasJoined();
    }

    void Store(string? payload, int value)
    {
        while (_ring.Count >= _capacity)
            Overrun(Math.Max(_ring.Head + 1, _ring.Tail - (_capacity / 2)));
        _ring.Append(payload, value);
        ChargeBudget();
    }

    // Moves the subscriptions that stand on the oldest entry. Others keep what they have, even if it is only one less.
    void Overrun(long to)
    {
        var from = _ring.Head;
        while (to < _ring.Tail && _ring[to].Payload is null)
            to++; // a Resync at the new position would follow at once: it becomes a flag as well
        var (dropped, reasons) = _ring.Summarise(from, to);
        if (dropped > 0)
            reasons |= ResyncReasons.Overflow;
        var moved = 0;
        foreach (var subscription in _subscriptions)
        {
            if (!subscription.IsJoined || subscription.Position != from)
                continue;
            subscription.Position = to;
            subscription.PendingReasons |= reasons;
            subscription.PendingDropped += dropped;
            moved++;
        }

        Debug.Assert(moved > 0, "A cursor without its subscription.");
        _ring.MoveCursors(from, to, moved);
    }

    int CopyFromRing(Subscription subscription, Span<ChannelSignal> into)
    {
        var from = subscription.Position;
        var to = from;
        var count = 0;
        var bytes = 0L;
        while (to < _ring.Tail && count < into.Length && bytes < Subscription.MaxBatchBytes)
        {
            ref readonly var entry = ref _ring[to++];
            bytes += SignalRing.CostOf(entry.Payload);
            into[count++] = entry.Payload is { } payload
                ? ChannelSignal.OfNotification(Name, payload, entry.Value)
                : ChannelSignal.Resync(Name, (ResyncReasons)entry.Value);
        }

        if (count == 0)
            return 0;
        subscription.Position = to;
        _ring.MoveCursors(from, to);
        ChargeBudget();
        return count;
    }

    // A single sleeper is queued by the caller, outside the lock; many are woken by a work item of the hub's own.
    Subscription? WakeLocked()
    {
        if (_parked.Count == 1 && !_isWaking)
        {
            var only = _parked[0];
            Unpark(only);
            return only;
        }

        if (_parked.Count > 0 && !_isWaking)
        {
            _isWaking = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return null;
    }

    void Park(Subscription subscription)
    {
        Debug.Assert(subscription.ParkedAt < 0);
        subscription.ParkedAt = _parked.Count;
        _parked.Add(subscription);
    }

    void Unpark(Subscription subscription)
    {
        if (subscription.ParkedAt < 0)
            return;
        var last = _parked[^1];
        _parked[subscription.ParkedAt] = last;
        last.ParkedAt = subscription.ParkedAt;
        _parked.RemoveAt(_parked.Count - 1);
        subscription.ParkedAt = -1;
    }

    void ChargeBudget()
    {
        var bytes = _ring.Bytes;
        if (bytes == _bufferedBytes)
            return;
        _budget.Charge(bytes - _bufferedBytes);
        Volatile.Write(ref _bufferedBytes, bytes);
    }
}
