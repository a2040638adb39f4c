using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Operators;

/// <summary>
/// Gathers the source's values until they are due and then emits the results for them. What is gathered, and what becomes
/// of it, is up to the <see cref="IGatherer{T,TResult}"/>; when it is due is up to <typeparamref name="TDeadline"/>.
/// </summary>
/// <remarks>
/// <para>
/// The lock guards the fields and nothing else: the observer, the scheduler, its stopwatch and its timers are foreign
/// code and are called outside. Calls to the observer are serialised by a turn instead: whoever finds that something is
/// to be emitted takes the turn (<c>_isEmitting</c>) and, back from the observer, looks for more; whoever finds the turn
/// taken leaves. So no thread waits for another one's observer, and while the observer is busy what is gathered
/// simply grows.
/// </para>
/// <para>
/// A timer is armed if and only if something is gathered that is not due yet. The observer is Rx's auto-detaching one: when
/// it throws, it takes no further call and disposes this sink; the turn stays taken and the exception goes to the caller: the source,
/// or <see cref="Sink{TSource}.CallLater{TState}"/>.
/// </para>
/// </remarks>
sealed class DeadlineSink<TSource, TResult, TDeadline>(
    IObserver<TResult> observer, IScheduler scheduler, TDeadline deadline, IGatherer<TSource, TResult> gatherer)
    : Sink<TSource>
    where TDeadline : struct, IDeadline
{
    readonly Lock _gate = new();
    readonly IStopwatch _clock = scheduler.StartClock();
    readonly PendingEmission<TSource, TResult, TDeadline> _pending = new(deadline, gatherer);
    SingleAssignmentDisposable? _timer;
    SourceState _source;
    Exception? _error;
    bool _isEmitting;

    enum Turn
    {
        None,
        Result,
        Completion,
        Failure,
    }

    public override void OnNext(TSource value)
    {
        NoteCaller();
        try
        {
            gatherer.Prepare(value);
        }
        catch (Exception error)
        {
            Fail(error);
            return;
        }

        var now = _clock.Elapsed;
        SingleAssignmentDisposable? timer = null;
        TimeSpan? delay;
        lock (_gate)
        {
            if (_source != SourceState.Active)
                return;
            if (!_pending.Add(value, now, out delay))
                return;
            if (delay is not null)
                _timer = timer = new SingleAssignmentDisposable();
        }

        if (timer is null)
            Emit();
        else
            Arm(timer, delay.GetValueOrDefault());
    }

    public override void OnCompleted() => Terminate(SourceState.Completed, error: null);

    public override void OnError(Exception error) => Terminate(SourceState.Failed, error);

    public override void Dispose()
    {
        Terminate(SourceState.Over, error: null);
        base.Dispose();
    }

    // As if the source had failed, which is left.
    void Fail(Exception error)
    {
        OnError(error);
        LeaveSource();
    }

    void Terminate(SourceState state, Exception? error)
    {
        SingleAssignmentDisposable? timer;
        lock (_gate)
        {
            if (_source != SourceState.Active && state != SourceState.Over)
                return;
            _source = state;
            _error ??= error;
            timer = _timer;
            _timer = null;
        }

        timer?.Dispose();
        Emit();
    }

    // The disposable exists before the timer does: a scheduler may run the action before Schedule returns.
    void Arm(SingleAssignmentDisposable timer, TimeSpan delay)
    {
        if (scheduler.TrySchedule(this, delay, static (_, sink) => sink.CallLater(sink, static sink => sink.OnTimer()), out var armed) is { } failure)
            Fail(failure); // without its timer it would never emit again
        else
            timer.Disposable = armed;
    }

    void OnTimer()
    {
        var now = _clock.Elapsed;
        SingleAssignmentDisposable? timer = null;
        TimeSpan remaining;
        lock (_gate)
        {
            if (_timer is null)
                return;
            if (!_pending.IsDue(now, out remaining))
                timer = new SingleAssignmentDisposable();
            _timer = timer;
        }

        if (timer is null)
            Emit();
        else
            Arm(timer, remaining);
    }

    void Emit()
    {
        for (var isHolder = false; ; isHolder = true)
        {
            switch (TakeTurn(isHolder, _clock.Elapsed, out var result))
            {
                case Turn.Result:
                    observer.OnNext(result!);
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
    }

    Turn TakeTurn(bool isHolder, TimeSpan now, out TResult? result)
    {
        result = default;
        lock (_gate)
        {
            if (_isEmitting && !isHolder)
                return Turn.None;
            _isEmitting = false;
            if (_source == SourceState.Over)
                return Turn.None;
            // The results of one burst are one emission: an error drops what is gathered, not the rest of that.
            if (_pending.TryTakeRest(out result))
            {
                _isEmitting = true;
                return Turn.Result;
            }

            if (_source == SourceState.Failed)
            {
                _source = SourceState.Over;
                return Turn.Failure;
            }

            if (_pending.TryTake(now, isFlush: _source == SourceState.Completed, out result))
            {
                _isEmitting = true;
                return Turn.Result;
            }

            if (_source == SourceState.Active)
                return Turn.None;
            _source = SourceState.Over;
            return Turn.Completion;
        }
    }
}
