namespace Rx.PgNotify.Delivery;

/// <summary>
/// One channel's fan-out: what arrives is stored once, and each reader reads on from a position of its own. Here readers join and
/// leave, and the channel completes. Knows no sockets; the session reports what happened.
/// </summary>
/// <remarks>
/// <c>_gate</c> guards the fields here, the <see cref="ChannelBuffer"/> with its cursors, and where readers wait. It is a leaf:
/// no other lock is taken, no user code runs and nothing is awaited under it. Whoever makes something readable has to wake the parked
/// readers, and only these: every other reader is queued, running, held by a consumer that will ask again, or joining (without a
/// cursor yet).
/// </remarks>
sealed class ChannelHub
{
    readonly Lock _gate = new();
    readonly BufferBudget _budget;
    readonly ChannelBuffer _buffer;
    readonly WaitingReaders _waiting;

    // Written under the lock. Completed is final, so it may also be read without the lock.
    volatile State _state;

    // Written once, before the state becomes Completed, and read only after that has been seen.
    Func<PgListenerException>? _error;

    internal ChannelHub(string name, Type listener, int capacity, BufferBudget budget, DeliveryCounts counts)
    {
        Name = name;
        Listener = listener;
        _budget = budget;
        _buffer = new ChannelBuffer(name, capacity, _gate, budget, counts);
        _waiting = new WaitingReaders(_gate);
        budget.Add(_buffer);
    }

    // Whether a LISTEN for this channel is in force on the server.
    enum State
    {
        NotListening, // a notification that arrives all the same is dropped: no reader was promised it
        Requested,    // LISTEN is on its way. The first notification proves that it is in force, and may come before the reply
        Acknowledged, // no reader is joining
        Completed,    // final: nothing arrives any more, and no reader is joining
    }

    internal string Name { get; }

    /// <summary>Whose channel it is, to be named in an <see cref="ObjectDisposedException"/>.</summary>
    internal Type Listener { get; }

    /// <summary>Whether nothing comes any more.</summary>
    internal bool IsCompleted => _state == State.Completed;

    /// <summary>Takes notifications from the session. Never blocks for long and never calls an observer.</summary>
    internal void Append(ReadOnlySpan<Notification> notifications)
    {
        Reader? woken;
        lock (_gate)
        {
            // In the other states it is left over from a connection that was given up, or from a channel whose UNLISTEN is on
            // its way. No reader was promised it; and to take it for an acknowledgement would be wrong as soon as that UNLISTEN
            // takes effect.
            if (_state is not (State.Requested or State.Acknowledged))
                return;
            Acknowledge_NeedsLock();
            if (!_buffer.HasCursors_NeedsLock())
                return;
            _buffer.Store_NeedsLock(notifications);
            woken = _waiting.Wake_NeedsLock();
        }

        woken?.OnReadable();
        if (_budget.IsExceeded)
            _budget.Relieve();
    }

    /// <summary>LISTEN is about to be sent.</summary>
    internal void ListenRequested() => Become(State.Requested);

    /// <summary>LISTEN is no longer in force: UNLISTEN is about to be sent, or the connection is gone.</summary>
    internal void NoLongerListened() => Become(State.NotListening);

    /// <summary>The server has acknowledged LISTEN.</summary>
    internal void Acknowledge()
    {
        Reader? woken;
        lock (_gate)
        {
            if (_state != State.Requested)
                return;
            Acknowledge_NeedsLock();
            woken = _waiting.Wake_NeedsLock();
        }

        woken?.Queue();
    }

    /// <summary>
    /// Notifications that were to come next were lost on the way here: each reader's next signal is a Resync that says how many.
    /// </summary>
    internal void Lost(long notifications)
    {
        Reader? woken;
        lock (_gate)
        {
            if (_state != State.Acknowledged || !_buffer.HasCursors_NeedsLock())
                return;
            _buffer.StoreResync_NeedsLock(ResyncReasons.Overflow, notifications);
            woken = _waiting.Wake_NeedsLock();
        }

        woken?.Queue();
    }

    /// <summary>Nothing arrives any more: each reader reads what is stored for it and then terminates.</summary>
    /// <param name="error">Makes the exception, one for each reader; <see langword="null"/> if they just complete.</param>
    internal void Complete(Func<PgListenerException>? error)
    {
        Reader? woken;
        lock (_gate)
        {
            if (_state == State.Completed)
                return;
            _error = error;
            _state = State.Completed;
            _waiting.ParkJoining_NeedsLock(reader => reader.OnJoinFailed_NeedsLock(error?.Invoke()));
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
            if (_state is State.NotListening or State.Requested)
            {
                _waiting.AddJoining_NeedsLock(reader);
                return;
            }

            if (_state == State.Acknowledged)
                Admit_NeedsLock(reader);
            else
                reader.OnJoinFailed_NeedsLock(CreateError());
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

    /// <summary>Copies what comes next. When there is nothing it either parks the reader or, if the channel is completed, says so.</summary>
    internal (ReadOutcome Outcome, int Count) Read(Reader reader, Span<ChannelSignal> into)
    {
        lock (_gate)
        {
            if (reader.HasStopped)
                return (ReadOutcome.Left, 0); // parked, one that has left already would stay in that list
            if (_buffer.Read_NeedsLock(reader.Cursor, into) is > 0 and var count)
                return (ReadOutcome.Signals, count);
            if (_state == State.Completed)
                return (ReadOutcome.Completed, 0);
            _waiting.Park_NeedsLock(reader);
            return (ReadOutcome.Parked, 0);
        }
    }

    /// <summary>The exception for one reader of a completed channel; <see langword="null"/> if there is none.</summary>
    internal PgListenerException? CreateError() => _error?.Invoke();

    void Become(State state)
    {
        lock (_gate)
        {
            if (_state != State.Completed)
                _state = state;
        }
    }

    void Acknowledge_NeedsLock()
    {
        if (_state == State.Acknowledged)
            return;
        _state = State.Acknowledged;

        // Readers with a cursor were here before this acknowledgement, and may have missed something. Their Resync is stored
        // first: the joining ones are then admitted behind it, each with a Resync of its own.
        if (_buffer.HasCursors_NeedsLock())
            _buffer.StoreResync_NeedsLock(ResyncReasons.Reconnected);
        _waiting.ParkJoining_NeedsLock(Admit_NeedsLock);
    }

    void Admit_NeedsLock(Reader reader)
    {
        _buffer.Add_NeedsLock(reader.Cursor);
        reader.OnJoined_NeedsLock();
    }

    void CloseBufferIfDrained_NeedsLock()
    {
        if (_state == State.Completed && !_buffer.HasCursors_NeedsLock())
            _buffer.Close_NeedsLock();
    }
}
