using System.Buffers;

namespace Rx.PgNotify.Delivery;

/// <summary>
/// One channel's fan-out: what arrives is stored once in a bounded ring, and each reader reads on from a
/// position of its own. Knows no sockets; the session reports what happened.
/// </summary>
/// <remarks>
/// <para>
/// <c>_gate</c> guards every field here and the fields of a <see cref="Reader"/> that are marked so. It is a
/// leaf: no other lock is taken, no user code runs and nothing is awaited under it.
/// </para>
/// <para>
/// Parked readers wait for something to read; all others are running, queued to run, or with a consumer that will ask.
/// Who makes something readable therefore has to wake the parked ones, and nobody else.
/// </para>
/// </remarks>
sealed class ChannelHub : IThreadPoolWorkItem
{
    readonly Lock _gate = new();
    readonly BufferBudget _budget;
    readonly ChannelBuffer _buffer;
    readonly LinkedList<Reader> _readers = [];
    readonly LinkedList<Reader> _parked = [];
    Acknowledgement _acknowledgement;
    bool _isWaking;
    bool _hasEnded;
    Func<PgListenerException>? _error;

    internal ChannelHub(string name, int capacity, BufferBudget budget, DeliveryCounts counts)
    {
        Name = name;
        _budget = budget;
        _buffer = new ChannelBuffer(name, capacity, budget, counts);
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

    /// <summary>What is kept for readers, as of a moment ago; may be read without the lock.</summary>
    internal long BufferedBytes => _buffer.Bytes;

    internal int BufferedNotifications
    {
        get
        {
            lock (_gate)
                return _buffer.Notifications;
        }
    }

    /// <summary>Adds what was delivered to the counts of the listener.</summary>
    internal void CountDeliveries()
    {
        lock (_gate)
            _buffer.CountDeliveries();
    }

    /// <summary>Takes notifications from the session. Never blocks for long and never calls an observer.</summary>
    internal void Append(ReadOnlySpan<Notification> notifications)
    {
        Reader? woken;
        lock (_gate)
        {
            // None: the rest of a connection that was given up, or of a channel that is being un-listened. Nobody has
            // been promised it, and taking it for an acknowledgement would promise what an UNLISTEN in flight breaks.
            if (_acknowledgement == Acknowledgement.None)
                return;
            AcknowledgeLocked();
            if (!_buffer.HasReaders)
                return;
            _buffer.Store(notifications, _readers);
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
        Reader? woken;
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
    /// Nothing comes any more: each reader reads what is stored for it, then ends. With
    /// <paramref name="error"/> it ends with an exception of its own.
    /// </summary>
    internal void End(Func<PgListenerException>? error)
    {
        Reader? woken;
        lock (_gate)
        {
            if (_hasEnded)
                return;
            _hasEnded = true;
            _error = error;
            _acknowledgement = Acknowledgement.None;
            if (_readers.Count == 0)
                DrainedLocked();
            foreach (var reader in _readers)
            {
                if (!reader.IsJoined)
                    reader.FailToJoin(error?.Invoke());
            }

            woken = WakeLocked();
        }

        woken?.Queue();
    }

    /// <summary>Lets a reader in: it is parked, or queued.</summary>
    internal void Join(Reader reader)
    {
        lock (_gate)
        {
            _readers.AddLast(reader.Membership);
            if (_hasEnded)
                reader.FailToJoin(_error?.Invoke());
            else if (_acknowledgement == Acknowledgement.Given)
                JoinAtTail(reader);
            else
            {
                _parked.AddLast(reader.Parking);
                return;
            }
        }

        reader.Queue();
    }

    /// <returns>Whether it was parked: then nobody queues it any more.</returns>
    internal bool Leave(Reader reader)
    {
        lock (_gate)
        {
            if (reader.Membership.List is null)
                return false;
            _readers.Remove(reader.Membership);
            var wasParked = reader.Parking.List is not null;
            if (wasParked)
                _parked.Remove(reader.Parking);
            if (reader.IsJoined)
                _buffer.RemoveReader(reader);
            if (_hasEnded && _readers.Count == 0)
                DrainedLocked();
            return wasParked;
        }
    }

    /// <summary>
    /// Copies what comes next for <paramref name="reader"/>. When there is nothing it either parks it or, if the
    /// channel has ended, says so: the caller then ends it.
    /// </summary>
    internal (ReadOutcome Outcome, int Count) Read(Reader reader, Span<ChannelSignal> into)
    {
        lock (_gate)
        {
            if (reader.Membership.List is null)
                return (ReadOutcome.Left, 0);
            var count = 0;
            if (reader.PendingReasons != ResyncReasons.None)
            {
                into[count++] = ChannelSignal.Resync(Name, reader.PendingReasons, reader.PendingDropped);
                reader.PendingReasons = ResyncReasons.None;
                reader.PendingDropped = 0;
            }

            if (reader.IsJoined)
                count += _buffer.Read(reader, into[count..]);
            if (count > 0)
                return (ReadOutcome.Signals, count);
            if (_hasEnded)
                return (ReadOutcome.Ended, 0);
            _parked.AddLast(reader.Parking);
            return (ReadOutcome.Parked, 0);
        }
    }

    /// <summary>The exception for one observer of an ended channel; <see langword="null"/> if it just completed.</summary>
    internal PgListenerException? CreateError() => _error?.Invoke();

    /// <summary>Makes the slowest readers skip the older half of what is stored, to free memory.</summary>
    internal void OverrunSlowest()
    {
        lock (_gate)
            _buffer.OverrunSlowest(_readers);
    }

    /// <summary>Wakes many: on the thread pool, so that storing costs the same for one subscriber and a thousand.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Reader[] woken;
        int count;
        lock (_gate)
        {
            _isWaking = false;
            count = _parked.Count;
            woken = ArrayPool<Reader>.Shared.Rent(count);
            _parked.CopyTo(woken, 0);
            _parked.Clear();
        }

        for (var i = 0; i < count; i++)
            woken[i].Queue();
        ArrayPool<Reader>.Shared.Return(woken, clearArray: true);
    }

    void DrainedLocked()
    {
        _buffer.CountDeliveries();
        _budget.Remove(this);
    }

    void AcknowledgeLocked()
    {
        if (_acknowledgement == Acknowledgement.Given)
            return;
        _acknowledgement = Acknowledgement.Given;

        // Who has joined before was cut off in between; the order matters: these first, at the same place in the
        // stream, then the newcomers behind it, who get a Resync of their own.
        if (_buffer.HasReaders)
            _buffer.StoreResync(ResyncReasons.Reconnected, _readers);
        foreach (var reader in _readers)
        {
            if (!reader.IsJoined)
                JoinAtTail(reader);
        }
    }

    void JoinAtTail(Reader reader)
    {
        _buffer.AddReader(reader);
        reader.PendingReasons = ResyncReasons.Subscribed;
        reader.HasJoined();
    }

    // A single sleeper is queued by the caller, outside the lock; many are woken by a work item of the hub's own.
    Reader? WakeLocked()
    {
        if (_isWaking || _parked.First is not { } first)
            return null;
        if (first.Next is null)
        {
            _parked.Remove(first);
            return first.Value;
        }

        _isWaking = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return null;
    }
}
