using System.Reactive.Concurrency;

namespace Rx.PgNotify.VirtualTime;

/// <summary>A thread that is always busy: it gets to what it is given a while later.</summary>
sealed class LateScheduler(TestScheduler inner, TimeSpan by) : IScheduler
{
    public DateTimeOffset Now => inner.Now;

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) =>
        Schedule(state, TimeSpan.Zero, action);

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
        inner.Schedule(state, dueTime + by, (_, s) => action(this, s));

    public IDisposable Schedule<TState>(
        TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        Schedule(state, dueTime - Now, action);
}
