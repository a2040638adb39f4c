using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Operators;

/// <summary>
/// Puts a bounded queue between the source and its observer, who is called on a scheduler. What becomes of the oldest
/// value when the queue is full is up to the derived class.
/// </summary>
/// <remarks>
/// <para>
/// The lock guards the fields, and the derived class's, and nothing else: observer, callback and scheduler are foreign
/// code and are called outside. A work item is scheduled or running if and only if <c>_isDelivering</c> is set. It takes values out of
/// the queue in batches, which it alone uses, so that it does not compete for the lock with a fast source at each value.
/// </para>
/// <para>
/// Only the oldest value is ever dropped, so the gap is always in front of the queue, and behind a gap there is always
/// a value. The observer is Rx's auto-detaching one: when it throws, it takes no further call and disposes this sink;
/// <c>_isDelivering</c> stays set and the exception goes to <see cref="Sink{TSource}.CallLater{TState}"/>.
/// </para>
/// </remarks>
abstract class IsolationSink<T>(IObserver<T> observer, int capacity, IScheduler? scheduler)
    : Sink<T>
{
    // The values of a batch are no longer counted against the capacity and can't be dropped any more. So a batch is small.
    const int LargestBatch = 64;
    const int QueueParts = 16;

    // After so many the thread is given back to the scheduler, for whatever else waits there.
    const int ValuesPerWorkItem = 256;

    readonly T[] _batch = new T[Math.Clamp(capacity / QueueParts, 1, LargestBatch)];
    readonly Lock _gate = new();
    readonly Queue<T> _waiting = new();

    // The work item that was scheduled last; it may have run before it was assigned, and have scheduled the next one, which is then
    // not held. So disposal may fail to cancel a work item; that one finds nothing to do.
    readonly MultipleAssignmentDisposable _work = new();

    // Written under the lock; read without it before each call of the observer, so that after Dispose has returned only
    // a call that had already passed this check can still be seen.
    volatile SourceState _source;
    Exception? _error;
    bool _isDelivering;

    enum Turn
    {
        None,
        Batch,
        Completion,
        Failure,
    }

    /// <summary>Notes that a value is lost. Called under the lock: no foreign code in here.</summary>
    protected abstract void Drop_NeedsLock(T oldest);

    /// <summary>Whether there is a gap in front of the queue, to be reported now. Called under the lock, as above.</summary>
    protected abstract bool TakeGap_NeedsLock();

    /// <summary>Reports the gap that was taken. Called without the lock, and never at the same time as the observer.</summary>
    protected abstract void ReportGap();

    protected bool IsOver => _source == SourceState.Over;

    public override void OnNext(T value)
    {
        NoteCaller();
        lock (_gate)
        {
            if (_source != SourceState.Active)
                return;
            if (_waiting.Count == capacity)
                Drop_NeedsLock(_waiting.Dequeue());
            _waiting.Enqueue(value);
            if (_isDelivering)
                return;
            _isDelivering = true;
        }

        ScheduleDelivery(scheduler ?? GuardedScheduling.Default);
    }

    public override void OnCompleted() => Terminate(SourceState.Completed, error: null);

    public override void OnError(Exception error) => Terminate(SourceState.Failed, error);

    public override void Dispose()
    {
        lock (_gate)
        {
            _source = SourceState.Over;
            _waiting.Clear();
        }

        _work.Dispose();
        base.Dispose();
    }

    void Terminate(SourceState state, Exception? error)
    {
        NoteCaller();
        lock (_gate)
        {
            if (_source != SourceState.Active)
                return;
            _source = state;
            _error = error;
            if (_isDelivering)
                return;
            _isDelivering = true;
        }

        ScheduleDelivery(scheduler ?? GuardedScheduling.Default);
    }

    void ScheduleDelivery(IScheduler on)
    {
        if (on.TrySchedule(this, delay: null, static (self, sink) => sink.CallLater((Sink: sink, Self: self), static turn => turn.Sink.Deliver(turn.Self)), out var work) is not { } failure)
        {
            _work.Disposable = work;
            return;
        }

        Dispose(); // nothing can be delivered any more
        observer.OnError(failure);
    }

    // Further work is scheduled on the scheduler that is passed in: otherwise one that runs its work at once would nest work items.
    void Deliver(IScheduler self)
    {
        for (var delivered = 0; delivered < ValuesPerWorkItem;)
        {
            switch (TakeTurn(out var count, out var hasGap))
            {
                case Turn.Batch:
                    DeliverBatch(count, hasGap);
                    delivered += count;
                    break;
                case Turn.Completion:
                    observer.OnCompleted();
                    return;
                case Turn.Failure:
                    observer.OnError(_error!);
                    return;
                default:
                    return;
            }
        }

        ScheduleDelivery(self);
    }

    void DeliverBatch(int count, bool hasGap)
    {
        try
        {
            if (hasGap)
                ReportGap();
            for (var i = 0; i < count && !IsOver; i++)
                observer.OnNext(_batch[i]);
        }
        finally
        {
            Array.Clear(_batch, 0, count);
        }
    }

    Turn TakeTurn(out int count, out bool hasGap)
    {
        count = 0;
        hasGap = false;
        lock (_gate)
        {
            if (_waiting.Count > 0)
            {
                hasGap = TakeGap_NeedsLock();
                while (count < _batch.Length && _waiting.TryDequeue(out var value))
                    _batch[count++] = value;
                return Turn.Batch;
            }

            switch (_source)
            {
                case SourceState.Completed:
                    _source = SourceState.Over;
                    return Turn.Completion;
                case SourceState.Failed:
                    _source = SourceState.Over;
                    return Turn.Failure;
                default:
                    _isDelivering = false;
                    return Turn.None;
            }
        }
    }
}
