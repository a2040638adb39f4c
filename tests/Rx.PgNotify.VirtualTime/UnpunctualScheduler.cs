using System.Reactive.Concurrency;

namespace Rx.PgNotify.VirtualTime;

/// <summary>Virtual time whose timers may fire early, and whose stopwatch may run slow or be read late.</summary>
sealed class UnpunctualScheduler(TestScheduler inner, double rate = 1)
    : IScheduler, IServiceProvider, IStopwatchProvider, IStopwatch
{
    /// <summary>What the stopwatch shows, in milliseconds, the next times it is read.</summary>
    public Queue<long> Readings { get; } = [];

    /// <summary>By how much the next timer is early.</summary>
    public TimeSpan Early { get; set; }

    public DateTimeOffset Now => inner.Now;

    public TimeSpan Elapsed =>
        TimeSpan.FromMilliseconds(Readings.TryDequeue(out var reading) ? reading : inner.Clock * rate);

    public object? GetService(Type serviceType) => serviceType == typeof(IStopwatchProvider) ? this : null;

    public IStopwatch StartStopwatch() => this;

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) =>
        inner.Schedule(state, action);

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        var early = Early;
        Early = TimeSpan.Zero;
        return inner.Schedule(state, dueTime - early, action);
    }

    public IDisposable Schedule<TState>(
        TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        throw new NotSupportedException("Absolute time depends on the wall clock.");
}
