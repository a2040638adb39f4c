using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Operators;

/// <summary>Runs the query again a quiet spell after whatever came since its last run began, or a pause after its failure.</summary>
sealed class LiveQuerySink<TSource, TResult>(
    IObserver<TResult> observer, Func<CancellationToken, Task<TResult>> query, LiveQueryTiming timing)
    : RunSink<TSource, TResult>(observer)
{
    readonly IStopwatch _clock = timing.Burst.Scheduler.StartClock();
    BurstDeadline _deadline = new(timing.Burst);
    bool _isDue;

    protected override RunState AtRest => RunState.Resting;

    protected override bool IsDue_NeedsLock => _isDue;

    public override void OnNext(TSource value)
    {
        var now = _clock.Elapsed;
        SingleAssignmentDisposable? timer = null;
        lock (Gate)
        {
            if (SourcePhase != Phase.Running)
                return;
            _isDue = true;
            switch (State)
            {
                case RunState.Ready:
                    TakeTurn_NeedsLock();
                    break;
                case RunState.Resting:
                    timer = BeginSpell_NeedsLock(now);
                    break;
                case RunState.Spell:
                    _deadline.Extend(now);
                    return;
                default:
                    return;
            }
        }

        if (timer is null)
            Run();
        else
            Arm(timer, timing.Burst.Quiet);
    }

    // What came before a run begins is in what the query reads, a retried one's pause included.
    protected override void TakeTurn_NeedsLock()
    {
        base.TakeTurn_NeedsLock();
        _isDue = false;
    }

    protected override Task<TResult> StartRun(CancellationToken cancellationToken) => query(cancellationToken);

    protected override bool StartNext()
    {
        var now = _clock.Elapsed;
        SingleAssignmentDisposable timer;
        lock (Gate)
        {
            if (SourcePhase is Phase.Over or Phase.Failed)
                return false;
            if (SourcePhase == Phase.Completed)
            {
                TakeTurn_NeedsLock();
                return true;
            }

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
            if (SourcePhase is Phase.Over or Phase.Failed)
                return;
            timer = NewTimer_NeedsLock(RunState.Pause);
        }

        Arm(timer, timing.RetryDelay);
    }

    SingleAssignmentDisposable BeginSpell_NeedsLock(TimeSpan now)
    {
        _deadline.Begin(now);
        return NewTimer_NeedsLock(RunState.Spell);
    }

    // The holder exists before the timer does: a scheduler may run the action before Schedule returns.
    SingleAssignmentDisposable NewTimer_NeedsLock(RunState state)
    {
        State = state;
        return Timer = new SingleAssignmentDisposable();
    }

    void Arm(SingleAssignmentDisposable timer, TimeSpan delay)
    {
        if (timing.Burst.Scheduler.TrySchedule(
            (Sink: this, Timer: timer), delay, static (_, armed) => armed.Sink.OnTimer(armed.Timer), out var scheduled) is { } failure)
            FailUnlessTaken(timer, failure); // without its timer it would be deaf for ever
        else
            timer.Disposable = scheduled;
    }

    // Completion may have taken the turn meanwhile: it needs no timer, and calls the observer.
    void FailUnlessTaken(SingleAssignmentDisposable timer, Exception failure)
    {
        lock (Gate)
        {
            if (Timer != timer)
                return;
            Timer = null;
            State = RunState.Running; // so that nobody else takes the turn
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
            if (Timer != timer)
                return;
            Timer = null;
            if (State == RunState.Pause || _deadline.HasPassed(now, out remaining))
                TakeTurn_NeedsLock();
            else
                Timer = next = new SingleAssignmentDisposable();
        }

        if (next is null)
            Run();
        else
            Arm(next, remaining);
    }
}
