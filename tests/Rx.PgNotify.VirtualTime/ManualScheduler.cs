using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.PgNotify.VirtualTime;

/// <summary>Runs a timer when the test says so, whatever the clock shows, which the test sets too.</summary>
sealed class ManualScheduler : IScheduler, IServiceProvider, IStopwatchProvider, IStopwatch
{
    readonly LinkedList<(TimeSpan Delay, Action Run)> _timers = [];

    /// <summary>What its clock shows.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>Whether it throws where it is asked to schedule something.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether it runs a timer as soon as it is scheduled, without moving the clock.</summary>
    public bool RunsAtOnce { get; set; }

    /// <summary>Whether a timer that is cancelled runs once more, as one does that has fired in the same moment.</summary>
    public bool CancelsTooLate { get; set; }

    /// <summary>The delays of the timers that wait, in the order of scheduling.</summary>
    public IEnumerable<TimeSpan> Delays => _timers.Select(timer => timer.Delay);

    public DateTimeOffset Now => DateTimeOffset.UnixEpoch + Elapsed;

    public object? GetService(Type serviceType) => serviceType == typeof(IStopwatchProvider) ? this : null;

    public IStopwatch StartStopwatch() => this;

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        ObjectDisposedException.ThrowIf(IsGone, this);
        if (RunsAtOnce)
            return action(this, state);
        var timer = _timers.AddLast((dueTime, () => action(this, state)));
        return Disposable.Create(() =>
        {
            if (timer.List is null)
                return;
            _timers.Remove(timer);
            if (CancelsTooLate)
                timer.Value.Run();
        });
    }

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) =>
        Schedule(state, TimeSpan.Zero, action);

    public IDisposable Schedule<TState>(
        TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        throw new NotSupportedException("Absolute time depends on the wall clock.");

    /// <summary>Runs the timer that was scheduled first.</summary>
    public void RunOne()
    {
        var first = _timers.First ?? throw new InvalidOperationException("Nothing is scheduled.");
        _timers.RemoveFirst();
        first.Value.Run();
    }
}
