using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.PgNotify.VirtualTime;

/// <summary>
/// Passes all on and counts what has been scheduled, and of that what has neither run nor been cancelled. Cancelling is
/// a best effort by the contract of schedulers; this one can be told to make none.
/// </summary>
sealed class CountingScheduler(IScheduler inner, bool cancels = true) : IScheduler, IServiceProvider
{
    public int Scheduled { get; private set; }

    public int Pending { get; private set; }

    public DateTimeOffset Now => inner.Now;

    public object? GetService(Type serviceType) => (inner as IServiceProvider)?.GetService(serviceType);

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) =>
        Schedule(state, TimeSpan.Zero, action);

    public IDisposable Schedule<TState>(
        TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        throw new NotSupportedException("Absolute time depends on the wall clock.");

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        Scheduled++;
        Pending++;
        var pending = Disposable.Create(() => Pending--);
        var scheduled = inner.Schedule(state, dueTime, (scheduler, s) =>
        {
            pending.Dispose();
            return action(scheduler, s);
        });
        return cancels ? StableCompositeDisposable.Create(pending, scheduled) : pending;
    }
}
