using System.Reactive.Disposables;

namespace Rx.PgNotify.Operators;

/// <summary>
/// Runs an asynchronous function, one run at a time, and emits the results. What a run is given, and when the next one
/// starts, is up to the derived class.
/// </summary>
/// <remarks>
/// <para>
/// A run and the emission of its result are one turn, so runs don't pile up behind a slow observer either. Only the holder
/// of the turn (<see cref="RunState.Running"/> and <see cref="RunState.Calling"/>) calls the function and the observer's
/// <c>OnNext</c>. It looks for what waits under the lock before it gives the turn up; so whatever waits always has a turn
/// or a timer that will find it.
/// </para>
/// <para>
/// The lock guards the fields and nothing else: the function, what it registers for its cancellation, the observer, the
/// scheduler and its stopwatch are foreign code and are called outside. So is cancelling, and on the thread pool: Npgsql's
/// callback blocks while it asks the server to cancel, and whoever disposes must not wait for that. What the observer
/// throws goes to whoever made the call: the source, the timer, or, after a run that did not complete at once, the thread
/// pool, where it is unhandled. That is why runs are continued by hand: an async method would put the exception into a
/// task that nobody looks at.
/// </para>
/// </remarks>
abstract class RunSink<TSource, TResult> : Sink<TSource>
{
    readonly IObserver<TResult> _observer;
    readonly Action _continue;
#pragma warning disable CA2213 // without timer and links it needs no disposal, and a run may use its token after the end
    readonly CancellationTokenSource _ended = new();
#pragma warning restore CA2213

    // Belongs to the holder of the turn, over the time of a run.
    Task<TResult>? _pending;

    Exception? _error;

    protected RunSink(IObserver<TResult> observer)
    {
        _observer = observer;
        _continue = Continue;
    }

    protected Lock Gate { get; } = new();

    /// <summary>Under the lock.</summary>
    protected Phase SourcePhase { get; private set; }

    /// <summary>Under the lock.</summary>
    protected RunState State { get; set; }

    /// <summary>Under the lock: what is armed in <see cref="RunState.Spell"/> and <see cref="RunState.Pause"/>.</summary>
    protected SingleAssignmentDisposable? Timer { get; set; }

    public override void OnCompleted()
    {
        SingleAssignmentDisposable? timer;
        bool isDue;
        lock (Gate)
        {
            if (SourcePhase != Phase.Running)
                return;
            SourcePhase = Phase.Completed;
            if (State is RunState.Pause or RunState.Running or RunState.Calling)
                return;
            isDue = State == RunState.Spell;
            timer = Timer;
            Timer = null;
            if (isDue)
                TakeTurn_NeedsLock();
            else
                SourcePhase = Phase.Over;
        }

        timer?.Dispose();
        if (isDue)
            Run();
        else
            _observer.OnCompleted();
    }

    public override void OnError(Exception error)
    {
        lock (Gate)
        {
            if (SourcePhase != Phase.Running)
                return;
            SourcePhase = Phase.Failed;
            _error = error;
            if (State == RunState.Calling)
                return;
        }

        Fail(error);
    }

    public override void Dispose()
    {
        Stop();
        base.Dispose();
    }

    /// <summary>What the sink does while nothing waits: <see cref="RunState.Ready"/> or <see cref="RunState.Resting"/>.</summary>
    protected abstract RunState AtRest { get; }

    /// <summary>Whether something waits for a run.</summary>
    protected abstract bool IsDue_NeedsLock { get; }

    /// <summary>Takes the turn for a run with what waits.</summary>
    protected virtual void TakeTurn_NeedsLock() => State = RunState.Running;

    /// <summary>Calls the function with what was taken. With the turn and without the lock.</summary>
    protected abstract Task<TResult> StartRun(CancellationToken cancellationToken);

    /// <summary>
    /// Something waits after an emission: takes the turn for it, or gives the turn up to a timer. With the turn and without
    /// the lock.
    /// </summary>
    /// <returns>Whether the turn goes on with another run.</returns>
    protected abstract bool StartNext();

    /// <summary>A run has failed. With the turn, which is given up, and without the lock.</summary>
    protected virtual void OnRunFailed(Exception error) => Fail(error);

    /// <summary>In a loop: runs that complete at once don't nest. With the turn and without the lock.</summary>
    protected void Run()
    {
        Task<TResult> run;
        do
        {
            run = Start();
            if (run.IsCompleted)
                continue;
            _pending = run;
            // With the context of whoever sent the value, which runs and observers see as from any operator; the run that
            // ends may be in another one.
            run.ConfigureAwait(false).GetAwaiter().OnCompleted(_continue);
            return;
        }
        while (Finish(run));
    }

    /// <summary>Before a call that must not be made at the same time as <c>OnError</c>. With the turn.</summary>
    /// <returns>Whether the call may be made; if not, all is over.</returns>
    protected bool TryBeginCall()
    {
        lock (Gate)
        {
            // Failed too: whoever found nobody calling is about to call OnError.
            if (SourcePhase is Phase.Over or Phase.Failed)
                return false;
            State = RunState.Calling;
            return true;
        }
    }

    /// <summary>After that call. Passes on the error that came meanwhile.</summary>
    /// <returns>Whether it goes on.</returns>
    protected bool EndCall()
    {
        lock (Gate)
        {
            State = RunState.Running;
            if (SourcePhase != Phase.Failed)
                return SourcePhase != Phase.Over;
        }

        Fail(_error!);
        return false;
    }

    /// <summary>Ends it with an error, and leaves the source. Without the lock.</summary>
    protected void Fail(Exception error)
    {
        if (!Stop())
            return;
        LeaveSource();
        _observer.OnError(error);
    }

    bool Stop()
    {
        SingleAssignmentDisposable? timer;
        lock (Gate)
        {
            if (SourcePhase == Phase.Over)
                return false;
            SourcePhase = Phase.Over;
            timer = Timer;
            Timer = null;
        }

        _ = CancelAsync();
        timer?.Dispose();
        return true;
    }

    // What the callbacks of a run throw concerns nobody: the run is over for all but itself.
    async Task CancelAsync() => await _ended.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    void Continue()
    {
        if (Finish(_pending!))
            Run();
    }

    Task<TResult> Start()
    {
        try
        {
            return StartRun(_ended.Token) ?? throw new InvalidOperationException("The function returned no task.");
        }
        catch (Exception e)
        {
            return Task.FromException<TResult>(e);
        }
    }

    bool Finish(Task<TResult> run)
    {
        if (run.IsCompletedSuccessfully)
            return Emit(run.Result) && Next();
        OnRunFailed(run.Exception?.InnerException ?? new TaskCanceledException(run));
        return false;
    }

    bool Emit(TResult result)
    {
        if (!TryBeginCall())
            return false;
        _observer.OnNext(result);
        return EndCall();
    }

    bool Next()
    {
        bool isDue;
        lock (Gate)
        {
            if (SourcePhase is Phase.Over or Phase.Failed)
                return false;
            isDue = IsDue_NeedsLock;
            if (!isDue)
            {
                State = AtRest;
                if (SourcePhase == Phase.Running)
                    return false;
                SourcePhase = Phase.Over;
            }
        }

        if (isDue)
            return StartNext();
        _observer.OnCompleted();
        return false;
    }
}
