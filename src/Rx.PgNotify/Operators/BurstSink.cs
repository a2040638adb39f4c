using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.PgNotify;

/// <summary>
/// Gathers the source's values into bursts and emits a result for each. What is gathered, and what becomes of it,
/// is up to the derived class; when a burst ends is up to <see cref="BurstDeadline"/>.
/// </summary>
/// <remarks>
/// <para>
/// The lock guards the fields and nothing else: the observer, the scheduler, its stopwatch and its timers are foreign
/// code and are called outside. Calls to the observer are serialised by a turn instead: whoever finds that something is
/// to be emitted takes the turn (<c>_emitting</c>) and, back from the observer, looks for more; whoever finds the turn
/// taken leaves. So no thread waits for another one's observer, and while the observer is busy the one open burst
/// simply grows.
/// </para>
/// <para>
/// A timer is armed if and only if a burst is open and not yet due. The observer is Rx's auto-detaching one: when it
/// throws, it takes no further call and disposes this sink; the turn stays taken and the exception goes to the caller.
/// </para>
/// </remarks>
abstract class BurstSink<TSource, TResult>(IObserver<TResult> observer, BurstTiming timing)
    : IObserver<TSource>, IDisposable
{
    readonly Lock _gate = new();
    readonly IStopwatch _clock = timing.Scheduler.StartStopwatch();
    readonly SingleAssignmentDisposable _upstream = new();

    BurstDeadline _deadline = new(timing);
    SingleAssignmentDisposable? _timer;
    Phase _phase;
    Exception? _error;
    bool _open;
    bool _due;
    bool _emitting;

    enum Phase
    {
        Running,
        Completed, // the source has; the open burst and OnCompleted are still to be passed on
        Failed,    // the source has; OnError is still to be passed on
        Over,
    }

    enum Turn
    {
        None,
        Result,
        Completion,
        Failure,
    }

    internal IDisposable SubscribeTo(IObservable<TSource> source)
    {
        _upstream.Disposable = source.SubscribeSafe(this);
        return this;
    }

    /// <summary>Adds a value to the open burst. Called under the lock: no foreign code in here.</summary>
    protected abstract void Add(TSource value);

    /// <summary>The result of the open burst, which starts afresh. Called under the lock: no foreign code in here.</summary>
    protected abstract TResult Take();

    public void OnNext(TSource value)
    {
        var now = _clock.Elapsed;
        SingleAssignmentDisposable timer;
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
            _deadline.Begin(now);
            _timer = timer = new SingleAssignmentDisposable();
        }

        Arm(timer, timing.Quiet);
    }

    public void OnCompleted() => End(Phase.Completed, error: null);

    public void OnError(Exception error) => End(Phase.Failed, error);

    public void Dispose()
    {
        End(Phase.Over, error: null);
        _upstream.Dispose();
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
    void Arm(SingleAssignmentDisposable timer, TimeSpan delay) =>
        timer.Disposable = timing.Scheduler.Schedule(this, delay, static (_, sink) => sink.OnTimer());

    IDisposable OnTimer()
    {
        var now = _clock.Elapsed;
        SingleAssignmentDisposable? timer = null;
        TimeSpan remaining;
        lock (_gate)
        {
            if (_timer is null)
                return Disposable.Empty;
            _due = _deadline.HasPassed(now, out remaining);
            _timer = _due ? null : timer = new SingleAssignmentDisposable();
        }

        if (timer is null)
            Emit();
        else
            Arm(timer, remaining);
        return Disposable.Empty;
    }

    void Emit()
    {
        while (true)
        {
            switch (TakeTurn(out var result))
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

    Turn TakeTurn(out TResult? result)
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
