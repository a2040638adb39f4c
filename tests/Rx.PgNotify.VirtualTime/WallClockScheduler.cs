using System.Reactive.Concurrency;

namespace Rx.PgNotify.VirtualTime;

/// <summary>Virtual time whose wall clock can be set, with a stopwatch of its own or without.</summary>
sealed class WallClockScheduler(TestScheduler inner, bool hasStopwatch) : IScheduler, IServiceProvider
{
    public TimeSpan Offset { get; set; }

    public DateTimeOffset Now => inner.Now + Offset;

    public object? GetService(Type serviceType) =>
        hasStopwatch && serviceType == typeof(IStopwatchProvider) ? inner : null;

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) =>
        inner.Schedule(state, action);

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
        inner.Schedule(state, dueTime, action);

    public IDisposable Schedule<TState>(
        TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        inner.Schedule(state, dueTime - Now, action);
}
