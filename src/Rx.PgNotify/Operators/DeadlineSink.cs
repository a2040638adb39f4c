using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify;

/// <summary>
/// Gathers the source's values until they are due and then emits one result for them. What is gathered, and what becomes
/// of it, is up to the derived class; when it is due is up to <typeparamref name="TDeadline"/>.
/// </summary>
/// <remarks>
/// <para>
/// The lock guards the fields and nothing else: the observer, the scheduler, its stopwatch and its timers are foreign
/// code and are called outside. Calls to the observer are serialised by a turn instead: whoever finds that something is
/// to be emitted takes the turn (<c>_emitting</c>) and, back from the observer, looks for more; whoever finds the turn
/// taken leaves. So no thread waits for another one's observer, and while the observer is busy what is gathered
/// simply grows.
/// </para>
/// <para>
/// A timer is armed if and only if something is gathered and not yet due. The observer is Rx's auto-detaching one: when
/// it throws, it takes no further call and disposes this sink; the turn stays taken and the exception goes to the caller.
/// </para>
/// </remarks>
abstract class DeadlineSink<TSource, TResult, TDeadline>(
    IObserver<TResult> observer, IScheduler scheduler, TDeadline deadline)
    : Sink<TSource>
    where TDeadline : struct, IDeadline
{
    readonly Lock _gate = new();
    readonly IStopwatch _clock = scheduler.StartClock();

    TDeadline _deadline = deadline;
    SingleAssignmentDisposable? _timer;
    Phase _phase;
    Exception? _error;
    bool _open;
    bool _due;
    bool _emitting;

    enum Turn
    {
        None,
        Result,
        Completion,
        Failure,
    }

    /// <summary>Adds a value to what is gathered. Called under the lock: no foreign code in here.</summary>
    protected abstract void Add(TSource value);

    /// <summary>The result of what is gathered, which starts afresh. Called under the lock: no foreign code in here.</summary>
    protected abstract TResult Take();

    public override void OnNext(TSource value)
    {
        var now = _clock.Elapsed;
        SingleAssignmentDisposable? timer = null;
        TimeSpan? delay;
        lock (_gate)
        {
            if (_phase != Phase.Running)
                return;
            Add(value);
            if (_open)
            {
                _deadline.Extend(now);
                return;
            }

            _open = true;
            delay = _deadline.Begin(now);
            _due = delay is null;
            if (!_due)
                _timer = timer = new SingleAssignmentDisposable();
        }

        if (timer is null)
            Emit();
        else
            Arm(timer, delay.GetValueOrDefault());
    }

    public override void OnCompleted() => End(Phase.Completed, error: null);

    public override void OnError(Exception error) => End(Phase.Failed, error);

    public override void Dispose()
    {
        End(Phase.Over, error: null);
        base.Dispose();
    }

    /// <summary>Ends it as an error of the source's would, and leaves the source.</summary>
    protected void Fail(Exception error)
    {
        OnError(error);
        LeaveSource();
    }

    void End(Phase phase, Exception? error)
    {
        SingleAssignmentDisposable? timer;
        lock (_gate)
        {
            if (_phase != Phase.Running && phase != Phase.Over)
                return;
            _phase = phase;
            _error ??= error;
            timer = _timer;
            _timer = null;
        }

        timer?.Dispose();
        Emit();
    }

    // The holder exists before the timer does: a scheduler may run the action before Schedule returns.
    void Arm(SingleAssignmentDisposable timer, TimeSpan delay)
    {
        if (scheduler.TrySchedule(this, delay, static (_, sink) => sink.OnTimer(), out var armed) is { } failure)
            Fail(failure); // without its timer it would be deaf for ever
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
            _due = _deadline.HasPassed(now, out remaining);
            _timer = _due ? null : timer = new SingleAssignmentDisposable();
        }

        if (timer is null)
            Emit();
        else
            Arm(timer, remaining);
    }

    void Emit()
    {
        while (true)
        {
            switch (TakeTurn(_clock.Elapsed, out var result))
            {
                case Turn.Result:
                    observer.OnNext(result!);
                    lock (_gate)
                        _emitting = false;
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

    Turn TakeTurn(TimeSpan now, out TResult? result)
    {
        result = default;
        lock (_gate)
        {
            if (_emitting || _phase == Phase.Over)
                return Turn.None;
            if (_phase == Phase.Failed)
            {
                _phase = Phase.Over;
                return Turn.Failure;
            }

            if (_open && (_due || _phase == Phase.Completed))
            {
                _open = _due = false;
                _emitting = true;
                _deadline.Emitted(now);
                result = Take();
                return Turn.Result;
            }

            if (_phase == Phase.Running)
                return Turn.None;
            _phase = Phase.Over;
            return Turn.Completion;
        }
    }
}
