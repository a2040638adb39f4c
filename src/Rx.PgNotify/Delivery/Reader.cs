namespace Rx.PgNotify.Delivery;

/// <summary>
/// One subscription's part in its channel, whoever takes what it reads: an observer that is called
/// (<see cref="Subscription"/>) or a consumer that asks (<see cref="PullSubscription"/>).
/// </summary>
/// <remarks>
/// <para>It waits in one of the hub's lists, or else it is queued, running, or with a consumer that will ask:</para>
/// <list type="bullet">
/// <item>joining, until LISTEN is acknowledged or the channel completes;</item>
/// <item>parked, when it has read everything and wants more.</item>
/// </list>
/// <para>Whoever takes it out of a list, under the hub's lock, queues it, so it is never queued twice.</para>
/// </remarks>
abstract class Reader : QueuedDelivery, IDisposable
{
    /// <summary>
    /// What a batch may hold. Batches are outside the listener's budget of bytes, so they are small: no more than this
    /// (and one payload) for each thread that delivers and each consumer that asks.
    /// </summary>
    internal const long MaxBatchBytes = 32 * 1024;
    private protected const int MaxBatchCount = 128;

    // After so many batches the thread is given back, and others get their chance.
    private protected const int BatchesInARow = 8;

    readonly Action _release;

    // Set once, by whoever ends the subscription, without a lock: from then on it reads nothing and is not parked any more.
    int _hasStopped;

    private protected Reader(ChannelHub hub, Action release)
    {
        Hub = hub;
        _release = release;
        Waiting = new LinkedListNode<Reader>(this);
    }

    /// <summary>Its place in the buffer of its channel. Guarded by the hub's lock.</summary>
    internal Cursor Cursor { get; } = new();

    /// <summary>
    /// Its place among the joining or among the parked ones; in no list while it has something to do. Guarded by the hub's lock.
    /// </summary>
    internal LinkedListNode<Reader> Waiting { get; }

    internal bool HasStopped => Volatile.Read(ref _hasStopped) != 0;

    private protected ChannelHub Hub { get; }

    public abstract void Dispose();

    /// <summary>Notifications have come for it, and it was parked. On the thread that reads the socket, without any lock.</summary>
    internal virtual void OnReadable() => Queue();

    /// <summary>LISTEN is acknowledged. Under the hub's lock, so no continuation may run in here.</summary>
    internal virtual void OnJoined_NeedsLock()
    {
    }

    /// <summary>The channel completed before LISTEN was acknowledged. Under the hub's lock, as above.</summary>
    internal virtual void OnJoinFailed_NeedsLock(PgListenerException? error)
    {
    }

    /// <summary>Ends the subscription, unless it has ended.</summary>
    /// <param name="wasWaiting">Whether it waited in a list of the hub; nobody queues it any more then.</param>
    private protected bool TryLeave(out bool wasWaiting)
    {
        wasWaiting = false;
        if (Interlocked.Exchange(ref _hasStopped, 1) != 0)
            return false;
        wasWaiting = Hub.Leave(this);
        _release();
        return true;
    }
}
