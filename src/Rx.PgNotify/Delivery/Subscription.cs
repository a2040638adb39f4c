using System.Buffers;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.PgNotify.Delivery;

/// <summary>
/// One observer and its position in its channel. It is either parked in the hub, or queued, or running, so calls to the
/// observer never overlap.
/// </summary>
abstract class Subscription : IDisposable, ITurn
{
    /// <summary>
    /// What a batch may hold. Batches are outside the listener's budget of bytes, so they are small: no more than this
    /// (and one payload) for each thread that delivers.
    /// </summary>
    internal const long MaxBatchBytes = 32 * 1024;
    const int MaxBatchCount = 128;

    // After so many batches the thread is given back, and other subscriptions get their turn.
    const int BatchesPerTurn = 8;

    readonly ChannelHub _hub;
    readonly ObserverCalls _calls;
    readonly Action _release;
    readonly TaskCompletionSource? _joined;

    // Set once. Written by whoever ends the subscription, read before each call of the observer: after Dispose has
    // returned, only a call that had already passed this check can still be seen.
    int _hasStopped;

    private protected Subscription(ChannelHub hub, ObserverCalls calls, Action release, TaskCompletionSource? joined)
    {
        _hub = hub;
        _calls = calls;
        _release = release;
        _joined = joined;
        Membership = new LinkedListNode<Subscription>(this);
        Parking = new LinkedListNode<Subscription>(this);
    }

    // The fields below are guarded by the hub's lock.

    /// <summary>Whether LISTEN was acknowledged since this subscription began; before, the position means nothing.</summary>
    internal bool IsJoined { get; set; }

    /// <summary>The sequence number of the next signal to read.</summary>
    internal long Position { get; set; }

    /// <summary>The reasons of a Resync that comes before what stands at the position.</summary>
    internal ResyncReasons PendingReasons { get; set; }

    /// <summary>The notifications skipped since the last Resync was read.</summary>
    internal long PendingDropped { get; set; }

    /// <summary>Its place among the hub's subscriptions; in no list before it has joined and after it has left.</summary>
    internal LinkedListNode<Subscription> Membership { get; }

    /// <summary>Its place among the parked ones; in no list while it is queued or running.</summary>
    internal LinkedListNode<Subscription> Parking { get; }

    bool HasStopped => Volatile.Read(ref _hasStopped) != 0;

    public void Dispose()
    {
        if (!Stop())
            return;
        _hub.Leave(this);
        _release();
        _joined?.TrySetCanceled();
    }

    void ITurn.Run()
    {
        // A hop over the pool before each turn on a scheduler of the user's: a scheduler that runs its work at once
        // (ImmediateScheduler) would otherwise run an observer on the thread that reads the socket.
        if (_calls.Scheduler is null)
            Turn();
        else
            TurnOn(_calls.Scheduler);
    }

    /// <summary>Gives the subscription a turn. Call it when it is neither parked, queued nor running.</summary>
    internal void Queue() => TurnQueue.Shared.Add(this);

    /// <summary>LISTEN is acknowledged. Runs under the hub's lock: the source's continuations run elsewhere.</summary>
    internal void HasJoined() => _joined?.TrySetResult();

    /// <summary>The channel ended before LISTEN was acknowledged. Runs under the hub's lock, as above.</summary>
    internal void FailToJoin(PgListenerException? error) =>
        _joined?.TrySetException(error ?? (Exception)new ObjectDisposedException(typeof(PgListener).FullName));

    private protected abstract void OnNext(in ChannelSignal signal);

    private protected abstract void OnEnded(Exception? error);

    bool Stop() => Interlocked.Exchange(ref _hasStopped, 1) == 0;

    void TurnOn(IScheduler scheduler)
    {
        try
        {
            scheduler.Schedule(this, static (_, subscription) => subscription.Turn());
        }
        catch (ObjectDisposedException e)
        {
            // The user's event loop is gone and nothing can be delivered any more. After the end of the channel that is
            // no surprise: what was buffered is dropped. Before, it is as if the observer had thrown.
            Dispose();
            if (!_hub.HasEnded && !_calls.TakeFailure(_hub.Name, e))
                throw;
        }
    }

    IDisposable Turn()
    {
        var batch = ArrayPool<ChannelSignal>.Shared.Rent(MaxBatchCount);
        try
        {
            for (var turn = 0; turn < BatchesPerTurn; turn++)
            {
                var (count, hasEnded) = _hub.Read(this, batch.AsSpan(0, MaxBatchCount));
                if (hasEnded)
                    End();
                if (count == 0)
                    return Disposable.Empty;
                if (!Deliver(batch.AsSpan(0, count)))
                    return Disposable.Empty;
            }
        }
        finally
        {
            ArrayPool<ChannelSignal>.Shared.Return(batch, clearArray: true);
        }

        Queue();
        return Disposable.Empty;
    }

    bool Deliver(ReadOnlySpan<ChannelSignal> signals)
    {
        try
        {
            foreach (ref readonly var signal in signals)
            {
                if (HasStopped)
                    return false;
                OnNext(in signal);
            }

            return true;
        }
        catch (Exception e)
        {
            Dispose();
            if (!_calls.TakeFailure(_hub.Name, e))
                throw;
            return false;
        }
    }

    void End()
    {
        if (!Stop())
            return;
        _hub.Leave(this);
        _release();
        try
        {
            OnEnded(_hub.CreateError());
        }
        catch (Exception e) when (_calls.TakesFailures)
        {
            _calls.TakeFailure(_hub.Name, e);
        }
    }
}
