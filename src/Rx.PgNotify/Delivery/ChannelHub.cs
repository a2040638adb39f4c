namespace Rx.PgNotify.Delivery;

/// <summary>
/// One channel's fan-out: what arrives is stored once, and each reader reads on from a position of its own. Here readers join and
/// leave, and the channel ends. Knows no sockets; the session reports what happened.
/// </summary>
/// <remarks>
/// <c>_gate</c> guards the fields here, the <see cref="ChannelBuffer"/> with its cursors, and where readers wait. It is a leaf:
/// no other lock is taken, no user code runs and nothing is awaited under it. Who makes something readable has to wake the parked
/// readers, and nobody else: all others are queued, running, with a consumer that will ask, or joining and without a cursor.
/// </remarks>
sealed class ChannelHub
{
    readonly Lock _gate = new();
    readonly BufferBudget _budget;
    readonly ChannelBuffer _buffer;
    readonly WaitingReaders _waiting;

    // Written under the lock. The last one may be seen without it: nothing follows.
    volatile Phase _phase;

    // Written once, before the phase is Ended, and read by who has seen that.
    Func<PgListenerException>? _error;

    internal ChannelHub(string name, int capacity, BufferBudget budget, DeliveryCounts counts)
    {
        Name = name;
        _budget = budget;
        _buffer = new ChannelBuffer(name, capacity, _gate, budget, counts);
        _waiting = new WaitingReaders(_gate);
        budget.Add(_buffer);
    }

    // Whether a LISTEN for this channel is in force on the server.
    enum Phase
    {
        NotListening, // what arrives all the same was promised to nobody
        Requested,    // the first notification proves it as well as the reply does, and may come before it
        Acknowledged, // nobody is joining
        Ended,        // for good: nothing comes any more, and nobody is joining
    }

    internal string Name { get; }

    /// <summary>Whether nothing comes any more.</summary>
    internal bool HasEnded => _phase == Phase.Ended;

    /// <summary>Takes notifications from the session. Never blocks for long and never calls an observer.</summary>
    internal void Append(ReadOnlySpan<Notification> notifications)
    {
        Reader? woken;
        lock (_gate)
        {
            // Otherwise: the rest of a connection that was given up, or of a channel that is being un-listened. Nobody has
            // been promised it, and taking it for an acknowledgement would promise what an UNLISTEN in flight breaks.
            if (_phase is not (Phase.Requested or Phase.Acknowledged))
                return;
            Acknowledge_NeedsLock();
            if (!_buffer.HasCursors_NeedsLock())
                return;
            _buffer.Store_NeedsLock(notifications);
            woken = _waiting.Wake_NeedsLock();
        }

        woken?.Queue();
        if (_budget.IsExceeded)
            _budget.Relieve();
    }

    /// <summary>LISTEN is about to be sent.</summary>
    internal void ListenRequested() => Become(Phase.Requested);

    /// <summary>LISTEN is no longer in force: UNLISTEN is about to be sent, or the connection is gone.</summary>
    internal void NoLongerListened() => Become(Phase.NotListening);

    /// <summary>The server has acknowledged LISTEN.</summary>
    internal void Acknowledge()
    {
        Reader? woken;
        lock (_gate)
        {
            if (_phase != Phase.Requested)
                return;
            Acknowledge_NeedsLock();
            woken = _waiting.Wake_NeedsLock();
        }

        woken?.Queue();
    }

    /// <summary>Nothing comes any more: each reader reads what is stored for it, then ends, if need be with an error of its own.</summary>
    internal void End(Func<PgListenerException>? error)
    {
        Reader? woken;
        lock (_gate)
        {
            if (_phase == Phase.Ended)
                return;
            _error = error;
            _phase = Phase.Ended;
            _waiting.ParkJoining_NeedsLock(reader => reader.OnJoinFailed(error?.Invoke()));
            CloseBufferIfDrained_NeedsLock();
            woken = _waiting.Wake_NeedsLock();
        }

        woken?.Queue();
    }

    /// <summary>Lets a reader in: it waits, or is queued.</summary>
    internal void Join(Reader reader)
    {
        lock (_gate)
        {
            if (_phase is Phase.NotListening or Phase.Requested)
            {
                _waiting.AddJoining_NeedsLock(reader);
                return;
            }

            if (_phase == Phase.Acknowledged)
                Admit_NeedsLock(reader);
            else
                reader.OnJoinFailed(CreateError());
        }

        reader.Queue();
    }

    /// <summary>Lets a reader go, which has stopped.</summary>
    /// <returns>Whether it waited: then nobody queues it any more.</returns>
    internal bool Leave(Reader reader)
    {
        lock (_gate)
        {
            if (reader.Cursor.IsPlaced)
            {
                _buffer.Remove_NeedsLock(reader.Cursor);
                CloseBufferIfDrained_NeedsLock();
            }

            return WaitingReaders.Remove_NeedsLock(reader);
        }
    }

    /// <summary>Copies what comes next. When there is nothing it either parks the reader or, if the channel has ended, says so.</summary>
    internal (ReadOutcome Outcome, int Count) Read(Reader reader, Span<ChannelSignal> into)
    {
        lock (_gate)
        {
            if (reader.HasStopped)
                return (ReadOutcome.Left, 0); // perhaps it has left already, and nobody would take it out of the parked ones
            if (_buffer.Read_NeedsLock(reader.Cursor, into) is > 0 and var count)
                return (ReadOutcome.Signals, count);
            if (_phase == Phase.Ended)
                return (ReadOutcome.Ended, 0);
            _waiting.Park_NeedsLock(reader);
            return (ReadOutcome.Parked, 0);
        }
    }

    /// <summary>The exception for one observer of an ended channel; <see langword="null"/> if it just completed.</summary>
    internal PgListenerException? CreateError() => _error?.Invoke();

    void Become(Phase phase)
    {
        lock (_gate)
        {
            if (_phase != Phase.Ended)
                _phase = phase;
        }
    }

    void Acknowledge_NeedsLock()
    {
        if (_phase == Phase.Acknowledged)
            return;
        _phase = Phase.Acknowledged;

        // Who has joined before was cut off in between; the order matters: these first, at the same place in the
        // stream, then the newcomers behind it, who get a Resync of their own.
        if (_buffer.HasCursors_NeedsLock())
            _buffer.StoreResync_NeedsLock(ResyncReasons.Reconnected);
        _waiting.ParkJoining_NeedsLock(Admit_NeedsLock);
    }

    void Admit_NeedsLock(Reader reader)
    {
        _buffer.Add_NeedsLock(reader.Cursor);
        reader.OnJoined();
    }

    void CloseBufferIfDrained_NeedsLock()
    {
        if (_phase == Phase.Ended && !_buffer.HasCursors_NeedsLock())
            _buffer.Close_NeedsLock();
    }
}
