using System.Buffers;

namespace Rx.PgNotify.Delivery;

/// <summary>One observer. It either waits in the hub, or is queued, or running, so calls to the observer never overlap.</summary>
abstract class Subscription : Reader
{
    readonly ObserverCalls _calls;
    readonly FailureTaker? _taker;
    readonly TaskCompletionSource? _joined;

    private protected Subscription(ChannelHub hub, ObserverCalls calls, Action release, TaskCompletionSource? joined)
        : base(hub, release)
    {
        _calls = calls;
        _taker = calls.TakerOf(hub.Name);
        _joined = joined;
    }

    public override void Dispose()
    {
        if (TryLeave(out _))
            _joined?.TrySetCanceled();
    }

    internal override void Deliver()
    {
        if (_calls.Run(this, static subscription => subscription.DeliverBatches()) is not { } failure)
            return;
        // The user's event loop is gone and nothing can be delivered any more. After the channel is completed that is to be
        // expected, and not reported: what was still buffered is dropped.
        Dispose();
        if (!Hub.IsCompleted)
            _calls.SchedulerFailed(Hub.Name, failure);
    }

    // The task's continuations run asynchronously, so not under the lock.
    internal override void OnJoined_NeedsLock() => _joined?.TrySetResult();

    internal override void OnJoinFailed_NeedsLock(PgListenerException? error) =>
        _joined?.TrySetException(error ?? (Exception)new ObjectDisposedException(Hub.Listener.FullName));

    private protected abstract void OnNext(in ChannelSignal signal);

    private protected abstract void OnTerminated(Exception? error);

    void DeliverBatches()
    {
        var batch = ArrayPool<ChannelSignal>.Shared.Rent(MaxBatchCount);
        var used = 0;
        var outer = FailureTaker.Begin(_taker);
        try
        {
            for (var batches = 0; batches < BatchesInARow; batches++)
            {
                var (outcome, count) = Hub.Read(this, batch.AsSpan(0, MaxBatchCount));
                used = Math.Max(used, count);
                if (outcome == ReadOutcome.Completed)
                    Terminate();
                if (outcome != ReadOutcome.Signals || !Deliver(batch.AsSpan(0, count)))
                    return;
            }
        }
        finally
        {
            FailureTaker.End(outer);
            batch.AsSpan(0, used).Clear();
            ArrayPool<ChannelSignal>.Shared.Return(batch);
        }

        Queue();
    }

    bool Deliver(ReadOnlySpan<ChannelSignal> signals)
    {
        try
        {
            foreach (ref readonly var signal in signals)
            {
                // After Dispose has returned, only a call that had already passed this check can still be seen.
                if (HasStopped)
                    return false;
                OnNext(in signal);
            }

            return true;
        }
        catch (Exception e)
        {
            Dispose();
            if (!_calls.TakeFailure(Hub.Name, e))
                throw;
            return false;
        }
    }

    void Terminate()
    {
        if (!TryLeave(out _))
            return;
        try
        {
            OnTerminated(Hub.CreateError());
        }
        catch (Exception e) when (_calls.TakesFailures)
        {
            _calls.TakeFailure(Hub.Name, e);
        }
    }
}
