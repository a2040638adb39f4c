using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify;

/// <summary>
/// Runs an asynchronous function for the source's values, one run at a time. What arrives meanwhile goes into a slot,
/// and runs go on until the slot is empty; with a <see cref="QueryTiming"/> they keep a distance.
/// </summary>
/// <remarks>
/// <para>
/// A run and the emission of its result are one turn, so runs don't pile up behind a slow observer either. Only the holder
/// of the turn (<see cref="Turn.Running"/>) calls the function and the observer's <c>OnNext</c>. It looks into the slot
/// under the lock before it gives the turn up; so a value in the slot always has a turn or a timer that will find it.
/// </para>
/// <para>
/// The lock guards the fields and nothing else: the function, what it registers for its cancellation, the observer, the
/// scheduler and its stopwatch are foreign code and are called outside. So is cancelling, and on the thread pool: Npgsql's
/// callback blocks while it asks the server to cancel, and whoever disposes must not wait for that. What the observer throws goes to whoever made the
/// call: the source, the timer, or, after a run that did not complete at once, the thread pool, where it is unhandled.
/// That is why runs are continued by hand: an async method would put the exception into a task that nobody looks at.
/// </para>
/// </remarks>
sealed class ConflatedSink<TSource, TResult> : Sink<TSource>
{
    readonly IObserver<TResult> _observer;
    readonly Func<TSource, CancellationToken, Task<TResult>> _run;
    readonly QueryTiming? _timing;
    readonly IStopwatch? _clock;
    readonly Action _continue;
#pragma warning disable CA2213 // without timer and links it needs no disposal, and a run may use its token after the end
    readonly CancellationTokenSource _ended = new();
#pragma warning restore CA2213

    // The two belong to the holder of the turn, over the time of a run.
    Task<TResult>? _pending;
    TSource _value = default!;

    readonly Lock _gate = new();
    readonly ISlot<TSource> _slot;
    BurstDeadline _deadline;
    SingleAssignmentDisposable? _timer;
    Phase _phase;
    Turn _turn;
    Exception? _error;
    bool _hasRun;
    bool _isEmitting;
    bool _isRetry; // what the timer is for

    internal ConflatedSink(
        IObserver<TResult> observer,
        Func<TSource, CancellationToken, Task<TResult>> run,
        ISlot<TSource> slot,
        QueryTiming? timing = null)
    {
        _observer = observer;
        _run = run;
        _slot = slot;
        _timing = timing;
        _continue = Continue;
        if (timing is null)
            return;
        _deadline = new BurstDeadline(timing.Burst);
        _clock = timing.Burst.Scheduler.StartClock();
    }

    enum Turn
    {
        None,
        Waiting, // a timer is armed, or about to be
        Running,
    }

    public override void OnNext(TSource value)
    {
        var now = _clock?.Elapsed ?? default;
        SingleAssignmentDisposable? timer = null;
        lock (_gate)
        {
            if (_phase != Phase.Running)
                return;
            _slot.Put(value);
            if (_turn == Turn.Waiting && !_isRetry)
                _deadline.Extend(now);
            if (_turn != Turn.None)
                return;
            if (_timing is null || !_hasRun)
                TakeTurn();
            else
                timer = Await(now);
        }

        if (timer is null)
            Run();
        else
            Arm(timer, _timing!.Burst.Quiet);
    }

    public override void OnCompleted()
    {
        SingleAssignmentDisposable? timer;
        lock (_gate)
        {
            if (_phase != Phase.Running)
                return;
            _phase = Phase.Completed;
            if (_turn == Turn.Running || _isRetry)
                return;
            timer = _timer;
            _timer = null;
            if (_turn == Turn.Waiting)
                TakeTurn();
            else
                _phase = Phase.Over;
        }

        timer?.Dispose();
        if (timer is null)
            _observer.OnCompleted();
        else
            Run();
    }

    public override void OnError(Exception error)
    {
        lock (_gate)
        {
            if (_phase != Phase.Running)
                return;
            _phase = Phase.Failed;
            _error = error;
            if (_isEmitting)
                return;
        }

        Fail(error);
    }

    public override void Dispose()
    {
        Stop();
        base.Dispose();
    }

    void Fail(Exception error)
    {
        if (!Stop())
            return;
        LeaveSource();
        _observer.OnError(error);
    }

    bool Stop()
    {
        SingleAssignmentDisposable? timer;
        lock (_gate)
        {
            if (_phase == Phase.Over)
                return false;
            _phase = Phase.Over;
            timer = _timer;
            _timer = null;
        }

        _ = CancelAsync();
        timer?.Dispose();
        return true;
    }

    // What the callbacks of a run throw concerns nobody: the run is over for all but itself.
    async Task CancelAsync() => await _ended.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // Under the lock, with something in the slot.
    void TakeTurn()
    {
        _turn = Turn.Running;
        _hasRun = true;
        _isRetry = false;
        _slot.TryTake(out _value!);
    }

    // Under the lock. The holder exists before the timer does: a scheduler may run the action before Schedule returns.
    SingleAssignmentDisposable Await(TimeSpan now, bool isRetry = false)
    {
        _turn = Turn.Waiting;
        _isRetry = isRetry;
        if (!isRetry)
            _deadline.Begin(now);
        return _timer = new SingleAssignmentDisposable();
    }

    void Arm(SingleAssignmentDisposable timer, TimeSpan delay)
    {
        if (_timing!.Burst.Scheduler.TrySchedule(this, delay, static (_, sink) => sink.OnTimer(), out var armed) is { } failure)
            Fail(failure); // without its timer it would be deaf for ever
        else
            timer.Disposable = armed;
    }

    void OnTimer()
    {
        var now = _clock!.Elapsed;
        SingleAssignmentDisposable? timer = null;
        var remaining = TimeSpan.Zero;
        lock (_gate)
        {
            if (_timer is null)
                return;
            _timer = null;
            if (_isRetry || _deadline.HasPassed(now, out remaining))
                TakeTurn();
            else
                _timer = timer = new SingleAssignmentDisposable();
        }

        if (timer is null)
            Run();
        else
            Arm(timer, remaining);
    }

    void Continue()
    {
        if (Finish(_pending!))
            Run();
    }

    // In a loop: runs that complete at once don't nest.
    void Run()
    {
        Task<TResult> run;
        do
        {
            run = Start();
            if (run.IsCompleted)
                continue;
            _pending = run;
            // With the context of whoever sent the value, which runs and observers see as from any operator; the run that ends may be
            // in another one.
            run.ConfigureAwait(false).GetAwaiter().OnCompleted(_continue);
            return;
        }
        while (Finish(run));
    }

    Task<TResult> Start()
    {
        try
        {
            return _run(_value, _ended.Token) ?? throw new InvalidOperationException("The function returned no task.");
        }
        catch (Exception e)
        {
            return Task.FromException<TResult>(e);
        }
    }

    /// <returns>Whether the turn goes on with another run.</returns>
    bool Finish(Task<TResult> run)
    {
        if (run.IsCompletedSuccessfully)
            return Emit(run.Result) && Next();
        var error = run.Exception?.InnerException ?? new TaskCanceledException(run);
        if (_timing?.RetryDelay is { } delay)
            Retry(error, delay);
        else
            Fail(error);
        return false;
    }

    bool Emit(TResult result)
    {
        lock (_gate)
        {
            // Failed too: whoever found nobody emitting is about to call OnError.
            if (_phase is Phase.Over or Phase.Failed)
                return false;
            _isEmitting = true;
        }

        _observer.OnNext(result);
        lock (_gate)
        {
            _isEmitting = false;
            if (_phase != Phase.Failed)
                return _phase != Phase.Over;
        }

        Fail(_error!);
        return false;
    }

    bool Next()
    {
        var now = _clock?.Elapsed ?? default;
        SingleAssignmentDisposable timer;
        lock (_gate)
        {
            if (_phase is Phase.Over or Phase.Failed)
                return false;
            if (_slot.IsEmpty && _phase == Phase.Running)
            {
                _turn = Turn.None;
                return false;
            }

            if (!_slot.IsEmpty && (_timing is null || _phase == Phase.Completed))
            {
                TakeTurn();
                return true;
            }

            if (_slot.IsEmpty)
            {
                _phase = Phase.Over;
                timer = null!;
            }
            else
                timer = Await(now);
        }

        if (timer is null)
            _observer.OnCompleted();
        else
            Arm(timer, _timing!.Burst.Quiet);
        return false;
    }

    void Retry(Exception error, TimeSpan delay)
    {
        lock (_gate)
        {
            if (_phase is Phase.Over or Phase.Failed)
                return;
            _isEmitting = true; // the callback is a call like those of the observer
        }

        try
        {
            _timing!.Failed?.Invoke(error);
        }
        catch (Exception e)
        {
            Fail(e);
            return;
        }

        SingleAssignmentDisposable? timer = null;
        lock (_gate)
        {
            _isEmitting = false;
            if (_phase == Phase.Over)
                return;
            if (_phase != Phase.Failed)
            {
                if (_slot.IsEmpty)
                    _slot.Put(_value);
                timer = Await(default, isRetry: true);
            }
        }

        if (timer is null)
            Fail(_error!);
        else
            Arm(timer, delay);
    }
}
