using Rx.PgNotify.Delivery;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// What was read during a drain and is not handed over yet. A batch costs one look-up, one lock and one waking of readers. To wake a
/// thread for each notification would cost ten times as much as the notification: it would read this one and fall asleep again.
/// </summary>
/// <remarks>
/// <para>
/// <c>_gate</c> guards handing over, by the thread that reads the socket or by the timer; it may be held when a hub's lock
/// is taken, never the other way round. Only the reading thread adds, without the lock: it alone writes <c>_count</c>, after
/// the slot, and no slot below that changes until the buffer is emptied, under the lock.
/// </para>
/// <para>
/// Batching is switched on and off only while nobody reads: before the command that drains and after its reply. A thread that still
/// reads a connection which was given up may leave something behind here; a Resync reports that anyway.
/// </para>
/// </remarks>
sealed class ReceiveBuffer : IDisposable
{
    // So many are read from the socket within a fifth of a millisecond, if they come as fast as possible.
    const int MostNotifications = 2_048;

    // What is kept here is not charged to the budget of bytes. So it is limited to this, and to an eighth of that budget.
    const int MostBytes = 1024 * 1024;

    // How long a notification waits for a batch that fills slowly.
    static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(1);

    readonly NotificationHandler _received;
    readonly int _most;
    readonly long _mostBytes;
    readonly Lock _gate = new();
    readonly Timer _timer;
    Notification[]? _slots;
    int _count;
    int _handedOver;
    long _bytes;
    bool _isBatching;

    /// <param name="options">
    /// Limit a batch to an eighth of what a channel may buffer, or one batch would overrun those who keep up.
    /// </param>
    /// <param name="received">Takes what was read, in order.</param>
    internal ReceiveBuffer(ListenerOptions options, NotificationHandler received)
    {
        _received = received;
        _most = Math.Clamp(options.BufferCapacity / 8, 1, MostNotifications);
        _mostBytes = Math.Min(options.BufferBytes / 8, MostBytes);
        // Real time, whatever the scheduler of the options says: this is about the socket.
#pragma warning disable RS0030
        using (SuppressedFlow.Begin())
            _timer = new Timer(static buffer => ((ReceiveBuffer)buffer!).HandOver(), this, Timeout.Infinite, Timeout.Infinite);
#pragma warning restore RS0030
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>From now on notifications are handed over in batches.</summary>
    internal void StartBatching()
    {
        _slots ??= new Notification[_most];
        _isBatching = true;
        _timer.Change(s_longestWait, s_longestWait);
    }

    /// <summary>Hands over the rest. From now on each notification is handed over by itself.</summary>
    internal void StopBatching()
    {
        _timer.Change(Timeout.Infinite, Timeout.Infinite);
        lock (_gate)
        {
            _isBatching = false;
            Empty_NeedsLock();
        }
    }

    internal void Add(in Notification notification)
    {
        if (!_isBatching)
        {
            _received(new ReadOnlySpan<Notification>(in notification));
            return;
        }

        _slots![_count] = notification;
        Volatile.Write(ref _count, _count + 1);
        _bytes += SignalRing.CostOf(notification.Payload);
        if (_count < _most && _bytes < _mostBytes)
            return;
        lock (_gate)
            Empty_NeedsLock();
    }

    void Empty_NeedsLock()
    {
        HandOver_NeedsLock();
        Array.Clear(_slots!, 0, _count);
        _count = _handedOver = 0;
        _bytes = 0;
    }

    void HandOver()
    {
        lock (_gate)
        {
            // A timer that fires late, after batching was stopped, hands over nothing: a thread that still reads a lost connection
            // may be writing here.
            if (_isBatching)
                HandOver_NeedsLock();
        }
    }

    void HandOver_NeedsLock()
    {
        var count = Volatile.Read(ref _count);
        if (_handedOver < count)
            _received(_slots.AsSpan(_handedOver, count - _handedOver));
        _handedOver = count;
    }
}
