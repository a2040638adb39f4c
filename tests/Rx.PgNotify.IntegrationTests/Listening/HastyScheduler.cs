using System.Reactive.Concurrency;

namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>On whose clock an hour passes between two looks at it: whatever has to wait is due at once.</summary>
sealed class HastyScheduler : IScheduler
{
    long _looks;

    public DateTimeOffset Now => DateTimeOffset.UnixEpoch.AddHours(Interlocked.Increment(ref _looks));

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) => Scheduler.Default.Schedule(state, action);

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) => Schedule(state, action);

    public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) => Schedule(state, action);
}
