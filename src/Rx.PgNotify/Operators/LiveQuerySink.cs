using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Operators;

/// <summary>Runs the query again a quiet spell after whatever came since its last run began, or a pause after its failure.</summary>
/// <remarks>
/// A quiet spell leaves the turn free, a pause keeps it. Invariant, while the lock is free and all is not over: <c>_timer</c> is set if
/// and only if a spell or a pause is on, and its timer is armed or about to be.
/// </remarks>
sealed class LiveQuerySink<TSource, TResult>(
    IObserver<TResult> observer, Func<CancellationToken, Task<TResult>> query, LiveQueryTiming timing)
    : RunSink<TSource, TResult>(observer)
{
    readonly IStopwatch _clock = timing.Burst.Scheduler.StartClock();
    BurstDeadline _deadline = new(timing.Burst);
    SingleAssignmentDisposable? _timer;
    bool _hasRun;
    bool _isDue;

    // The timer of a spell that was cut short. Belongs to the holder of the turn, who disposes it outside the lock.
    SingleAssignmentDisposable? _cutShort;

    protected override bool IsDue_NeedsLock => _isDue;

    public override void OnNext(TSource value)
    {
        NoteCaller();
        var now = _clock.Elapsed;
        SingleAssignmentDisposable? timer = null;
        lock (Gate)
        {
            if (SourceState != SourceState.Active)
                return;
            _isDue = true;
            if (!IsTurnFree_NeedsLock)
                return;
            if (_timer is not null)
            {
                _deadline.Extend(now);
                return;
            }

            if (_hasRun)
                timer = BeginSpell_NeedsLock(now);
            else
                TakeTurn_NeedsLock();
        }

        if (timer is null)
            Run();
        else
            Arm(timer, timing.Burst.Quiet);
    }

    // What came before a run begins is in what the query reads, also what came during the pause before a retry. Completion takes the turn
    // in the middle of a spell.
    protected override void TakeTurn_NeedsLock()
    {
        base.TakeTurn_NeedsLock();
        _cutShort = _timer;
        _timer = null;
        _hasRun = true;
        _isDue = false;
    }

    protected override Task<TResult> StartRun()
    {
        _cutShort?.Dispose();
        _cutShort = null;
        return query(CancellationToken);
    }

    protected override bool StartNext()
    {
        var now = _clock.Elapsed;
        SingleAssignmentDisposable timer;
        lock (Gate)
        {
            if (IsStopping_NeedsLock)
                return false;
            if (SourceState == SourceState.Completed)
            {
                TakeTurn_NeedsLock();
                return true;
            }

            GiveTurnBack_NeedsLock();
            timer = BeginSpell_NeedsLock(now);
        }

        Arm(timer, timing.Burst.Quiet);
        return false;
    }

    protected override void OnRunFailed(Exception error)
    {
        if (timing.QueryFailed is not { } queryFailed)
        {
            Fail(error);
            return;
        }

        if (!TryBeginCall())
            return;
        try
        {
            queryFailed(error);
        }
        catch (Exception e)
        {
            Fail(e);
            return;
        }

        if (!EndCall())
            return;
        SingleAssignmentDisposable timer;
        lock (Gate)
        {
            if (IsStopping_NeedsLock)
                return;
            timer = NewTimer_NeedsLock();
        }

        Arm(timer, timing.RetryDelay);
    }

    protected override void OnStopped()
    {
        SingleAssignmentDisposable? timer;
        lock (Gate)
        {
            timer = _timer;
            _timer = null;
        }

        timer?.Dispose();
    }

    SingleAssignmentDisposable BeginSpell_NeedsLock(TimeSpan now)
    {
        _deadline.Begin(now);
        return NewTimer_NeedsLock();
    }

    // The disposable exists before the timer does: a scheduler may run the action before Schedule returns.
    SingleAssignmentDisposable NewTimer_NeedsLock() => _timer = new SingleAssignmentDisposable();

    void Arm(SingleAssignmentDisposable timer, TimeSpan delay)
    {
        if (timing.Burst.Scheduler.TrySchedule(
            (Sink: this, Timer: timer), delay, static (_, armed) => armed.Sink.CallLater(armed, static armed => armed.Sink.OnTimer(armed.Timer)), out var scheduled) is { } failure)
            FailUnlessTaken(timer, failure); // without its timer it would never run again
        else
            timer.Disposable = scheduled;
    }

    // Completion may have taken the turn meanwhile: it needs no timer, and calls the observer.
    void FailUnlessTaken(SingleAssignmentDisposable timer, Exception failure)
    {
        lock (Gate)
        {
            if (_timer != timer)
                return;
            _timer = null;
            TakeTurn_NeedsLock(); // so that nobody else does
        }

        Fail(failure);
    }

    void OnTimer(SingleAssignmentDisposable timer)
    {
        var now = _clock.Elapsed;
        SingleAssignmentDisposable? next = null;
        var remaining = TimeSpan.Zero;
        lock (Gate)
        {
            if (_timer != timer || IsStopping_NeedsLock)
                return;
            _timer = null;
            var isPause = !IsTurnFree_NeedsLock;
            if (isPause || _deadline.HasPassed(now, out remaining))
                TakeTurn_NeedsLock();
            else
                next = NewTimer_NeedsLock();
        }

        if (next is null)
            Run();
        else
            Arm(next, remaining);
    }
}
