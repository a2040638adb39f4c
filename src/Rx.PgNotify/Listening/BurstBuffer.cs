using Rx.PgNotify.Delivery;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// What was read in a burst and not handed over yet. A batch costs one look-up, one lock and one waking, and a thread that
/// is woken for each notification costs ten times as much as the notification: it would read the one and fall asleep.
/// </summary>
/// <remarks>
/// <para>
/// <c>_gate</c> guards handing over, by the thread that reads the socket or by the timer; it may be held when a hub's lock
/// is taken, never the other way round. Only the reading thread adds, without the lock: it alone writes <c>_count</c>, after
/// the slot, and no slot below that changes until it starts over, under the lock.
/// </para>
/// <para>
/// Whether a burst is on changes only while nobody reads: before the command that receives it and after its reply. A thread
/// that still reads a connection which was given up may leave something behind here; a Resync reports that anyway.
/// </para>
/// </remarks>
sealed class BurstBuffer : IDisposable
{
    // Read from the socket within a fifth of a millisecond, if they come as fast as they can.
    const int MostNotifications = 2_048;

    // What waits here is outside the budget of bytes: no more than this, and an eighth of the budget.
    const int MostBytes = 1024 * 1024;

    // How long what was read may wait for the rest of a batch that comes slowly.
    static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(1);

    readonly NotificationsReceived _received;
    readonly int _most;
    readonly long _mostBytes;
    readonly Lock _gate = new();
    readonly Timer _timer;
    Notification[]? _slots;
    int _count;
    int _handedOver;
    long _bytes;
    bool _isOn;

    /// <param name="options">
    /// Limit a batch to an eighth of what a channel may buffer, or one batch would overrun those who keep up.
    /// </param>
    /// <param name="received">Takes what was read, in order.</param>
    internal BurstBuffer(PgListenerOptions options, NotificationsReceived received)
    {
        _received = received;
        _most = Math.Clamp(options.BufferCapacity / 8, 1, MostNotifications);
        _mostBytes = Math.Min(options.BufferBytes / 8, MostBytes);
        // Real time, whatever the scheduler of the options says: this is about the socket.
#pragma warning disable RS0030
        using (SuppressedFlow.Begin())
            _timer = new Timer(static buffer => ((BurstBuffer)buffer!).HandOver(), this, Timeout.Infinite, Timeout.Infinite);
#pragma warning restore RS0030
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>From now on batches are made.</summary>
    internal void Begin()
    {
        _slots ??= new Notification[_most];
        _isOn = true;
        _timer.Change(s_patience, s_patience);
    }

    /// <summary>Hands over the rest.</summary>
    internal void End()
    {
        _timer.Change(Timeout.Infinite, Timeout.Infinite);
        lock (_gate)
        {
            _isOn = false;
            StartOver_NeedsLock();
        }
    }

    internal void Add(in Notification notification)
    {
        if (!_isOn)
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
            StartOver_NeedsLock();
    }

    void StartOver_NeedsLock()
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
            // Late, after the end: what a thread that still reads a lost connection has left here may be half of it.
            if (_isOn)
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
