using System.Diagnostics.CodeAnalysis;
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
/// A timer is armed if and only if the burst is <see cref="Burst.Open"/>. The observer is Rx's auto-detaching one: when
/// it throws, it takes no further call and disposes this sink; the turn stays taken and the exception goes to the caller.
/// </para>
/// </remarks>
sealed class DeadlineSink<TSource, TResult, TDeadline>(
    IObserver<TResult> observer, IScheduler scheduler, TDeadline deadline, IGatherer<TSource, TResult> gatherer)
    : Sink<TSource>
    where TDeadline : struct, IDeadline
{
    readonly Lock _gate = new();
    readonly IStopwatch _clock = scheduler.StartClock();

    // The results of a burst that are still to be emitted, behind the one that the holder of the turn emits.
    readonly Queue<TResult> _results = new();
    TDeadline _deadline = deadline;
    SingleAssignmentDisposable? _timer;
    Phase _phase;
    Burst _burst;
    Exception? _error;
    bool _isEmitting;

    enum Burst
    {
        None, // nothing is gathered
        Open, // something is, and a timer will look whether it is due
        Due,  // something is, and is emitted as soon as the turn is free
    }

    enum Turn
    {
        None,
        Result,
        Completion,
        Failure,
    }

    public override void OnNext(TSource value)
    {
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
            if (_phase != Phase.Running)
                return;
            gatherer.Add(value);
            if (_burst != Burst.None)
            {
                _deadline.Extend(now);
                return;
            }

            delay = _deadline.Begin(now);
            _burst = delay is null ? Burst.Due : Burst.Open;
            if (_burst == Burst.Open)
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

    // As an error of the source's, which is left.
    void Fail(Exception error)
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
            if (_deadline.HasPassed(now, out remaining))
                _burst = Burst.Due;
            else
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
            if (_phase == Phase.Over)
                return Turn.None;
            // A burst is one emission: an error drops what waits, not the rest of it.
            if (_results.TryDequeue(out result))
            {
                _isEmitting = true;
                return Turn.Result;
            }

            if (_phase == Phase.Failed)
            {
                _phase = Phase.Over;
                return Turn.Failure;
            }

            if (TryTakeResult_NeedsLock(now, out result))
            {
                _isEmitting = true;
                return Turn.Result;
            }

            if (_phase == Phase.Running)
                return Turn.None;
            _phase = Phase.Over;
            return Turn.Completion;
        }
    }

    // Values that come while a burst's results are emitted one by one belong to the next burst, which has a deadline of
    // its own. So all results are taken at once.
    bool TryTakeResult_NeedsLock(TimeSpan now, [MaybeNullWhen(false)] out TResult result)
    {
        result = default;
        if (_burst == Burst.None || (_burst == Burst.Open && _phase != Phase.Completed))
            return false;
        _burst = Burst.None;
        _deadline.Emitted(now);
        if (!gatherer.TryTake(out result))
            return false;
        while (gatherer.TryTake(out var next))
            _results.Enqueue(next);
        return true;
    }
}
