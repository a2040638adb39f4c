using System.Reactive.Concurrency;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Operators;

/// <summary>
/// Runs an asynchronous function, one run at a time, and emits the results. What a run is given, and when the next one
/// starts, is up to the derived class.
/// </summary>
/// <remarks>
/// <para>
/// The turn covers a run and the emission of its result, so runs don't pile up behind a slow observer either. Its holder looks, under
/// the lock, for what is due before it gives the turn back; so whatever is due always has the turn, or a timer of the derived class,
/// that will find it.
/// </para>
/// <para>
/// What the observer throws goes to whoever made the call: the source or, from a timer and after a run that did not complete at once,
/// <see cref="Sink{TSource}.CallLater{TState}"/>. That is why runs are continued by hand: an async method would put the exception into a task
/// that nobody looks at.
/// </para>
/// </remarks>
abstract class RunSink<TSource, TResult> : SerializedSink<TSource, TResult>
{
    readonly Action _continue;

    // Both belong to the holder of the turn, over the time of a run.
    Task<TResult>? _pending;
    SynchronizationContext? _home;

    protected RunSink(IObserver<TResult> observer)
        : base(observer) => _continue = () => CallLater(this, static sink => sink.Continue());

    public override void OnCompleted()
    {
        bool isDue;
        lock (Gate)
        {
            if (!TryCompleteSource_NeedsLock() || !IsTurnFree_NeedsLock)
                return;
            isDue = IsDue_NeedsLock;
            if (isDue)
                TakeTurn_NeedsLock();
            else
                Complete_NeedsLock();
        }

        if (isDue)
            Run();
        else
            Observer.OnCompleted();
    }

    /// <summary>Whether something waits for a run.</summary>
    protected abstract bool IsDue_NeedsLock { get; }

    /// <summary>
    /// The context that the turn goes on in when a run that did not complete at once has; <see langword="null"/> for wherever it completes.
    /// </summary>
    protected virtual SynchronizationContext? Home => null;

    /// <summary>Calls the function with what was taken. With the turn and without the lock.</summary>
    protected abstract Task<TResult> StartRun();

    /// <summary>
    /// Something is due after an emission: goes on with the turn, or gives it back until a timer takes it. With the turn and without
    /// the lock.
    /// </summary>
    /// <returns>Whether the turn goes on with another run.</returns>
    protected abstract bool StartNext();

    /// <summary>A run has failed. With the turn, which is not needed any more, and without the lock.</summary>
    protected virtual void OnRunFailed(Exception error) => Fail(error);

    /// <summary>In a loop: runs that complete at once don't nest. With the turn and without the lock.</summary>
    protected void Run()
    {
        Task<TResult> run;
        do
        {
            var home = Home;
            run = Start();
            if (run.IsCompleted)
                continue;
            (_pending, _home) = (run, home);
            // With the context of whoever sent the value, which the next runs and the observer see as with any operator. The run may
            // complete in another one.
            run.ConfigureAwait(false).GetAwaiter().OnCompleted(_continue);
            return;
        }
        while (Finish(run));
    }

    // Not by awaiting in the context: what that throws when it is posted to, as one does whose window was closed, would have no taker.
    void Continue()
    {
        if (_home is not { } home || home == SynchronizationContext.Current)
            GoOn();
        else if (new SynchronizationContextScheduler(home).TrySchedule(
            (Sink: this, Context: ExecutionContext.Capture()), delay: null, static (_, posted) => posted.Sink.GoOnIn(posted.Context), out _) is { } failure)
            Fail(failure);
    }

    // Posted without a context, as all that is scheduled: the sender's is given back here. There is none where its flow was suppressed.
    void GoOnIn(ExecutionContext? context)
    {
        if (context is null)
            CallLater(this, static sink => sink.GoOn());
        else
            ExecutionContext.Run(context, static sink => ((RunSink<TSource, TResult>)sink!).GoOnIn(context: null), this);
    }

    void GoOn()
    {
        if (Finish(_pending!))
            Run();
    }

    Task<TResult> Start()
    {
        try
        {
            return StartRun() ?? throw new InvalidOperationException(UnitTasks.NoTask);
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
        Observer.OnNext(result);
        return EndCall();
    }

    bool Next()
    {
        bool isDue;
        lock (Gate)
        {
            if (IsStopping_NeedsLock)
                return false;
            isDue = IsDue_NeedsLock;
            if (!isDue)
            {
                GiveTurnBack_NeedsLock();
                if (SourceState == SourceState.Active)
                    return false;
                Complete_NeedsLock();
            }
        }

        if (isDue)
            return StartNext();
        Observer.OnCompleted();
        return false;
    }
}
