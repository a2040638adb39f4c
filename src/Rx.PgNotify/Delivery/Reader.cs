namespace Rx.PgNotify.Delivery;

/// <summary>
/// One subscription's place in its channel, whoever takes what it reads: an observer that is called
/// (<see cref="Subscription"/>) or a consumer that asks (<see cref="PullSubscription"/>).
/// </summary>
/// <remarks>
/// Parked means: it has read everything and wants more. Who wakes it takes it out of the parked ones under the hub's
/// lock and queues it, so it is never queued twice.
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

    // Set once, by whoever ends the subscription.
    int _hasStopped;

    private protected Reader(ChannelHub hub, Action release)
    {
        Hub = hub;
        _release = release;
        Membership = new LinkedListNode<Reader>(this);
        Parking = new LinkedListNode<Reader>(this);
    }

    // The fields below are guarded by the hub's lock.

    /// <summary>Whether LISTEN was acknowledged since this reader came; before, the position means nothing.</summary>
    internal bool IsJoined { get; set; }

    /// <summary>The sequence number of the next signal to read.</summary>
    internal long Position { get; set; }

    /// <summary>The reasons of a Resync that comes before what stands at the position.</summary>
    internal ResyncReasons PendingReasons { get; set; }

    /// <summary>The notifications skipped since the last Resync was read.</summary>
    internal long PendingDropped { get; set; }

    /// <summary>Its place among the hub's readers; in no list before it has joined and after it has left.</summary>
    internal LinkedListNode<Reader> Membership { get; }

    /// <summary>Its place among the parked ones; in no list while it has something to do.</summary>
    internal LinkedListNode<Reader> Parking { get; }

    private protected ChannelHub Hub { get; }

    private protected bool HasStopped => Volatile.Read(ref _hasStopped) != 0;

    public abstract void Dispose();

    /// <summary>LISTEN is acknowledged. Runs under the hub's lock: no continuation may run here.</summary>
    internal virtual void HasJoined()
    {
    }

    /// <summary>The channel ended before LISTEN was acknowledged. Runs under the hub's lock, as above.</summary>
    internal virtual void FailToJoin(PgListenerException? error)
    {
    }

    /// <summary>Ends the subscription, unless it has ended.</summary>
    /// <param name="wasParked">Whether it was parked; nobody queues it any more then.</param>
    private protected bool TryLeave(out bool wasParked)
    {
        wasParked = false;
        if (Interlocked.Exchange(ref _hasStopped, 1) != 0)
            return false;
        wasParked = Hub.Leave(this);
        _release();
        return true;
    }
}
