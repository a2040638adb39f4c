using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.PgNotify.TestPrograms;

/// <summary>A scheduler of somebody's own, on the thread pool, which begins to throw when it is told to.</summary>
sealed class ForeignScheduler : IScheduler
{
    int _timers;
    int _runs;

    /// <summary>Throws whenever something is scheduled.</summary>
    internal bool Refuses { get; set; }

    /// <summary>Throws whenever a timer or work item is disposed.</summary>
    internal bool ThrowsAtDisposal { get; set; }

    /// <summary>Throws whenever the time is read.</summary>
    internal bool HasNoTime { get; set; }

    internal int Timers => Volatile.Read(ref _timers);

    internal int Runs => Volatile.Read(ref _runs);

    public DateTimeOffset Now => HasNoTime ? throw new FormatException(ForeignProgram.Thrown) : DateTimeOffset.UtcNow;

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) =>
        Schedule(state, TimeSpan.Zero, action);

    public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        Schedule(state, dueTime - Now, action);

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        if (Refuses)
            throw new FormatException(ForeignProgram.Thrown);
        if (dueTime > TimeSpan.Zero)
            Interlocked.Increment(ref _timers);
        var scheduled = DefaultScheduler.Instance.Schedule(state, dueTime, (_, state) =>
        {
            Interlocked.Increment(ref _runs);
            return action(this, state);
        });
        return Disposable.Create(() =>
        {
            scheduled.Dispose();
            if (ThrowsAtDisposal)
                throw new FormatException(ForeignProgram.Thrown);
        });
    }
}
