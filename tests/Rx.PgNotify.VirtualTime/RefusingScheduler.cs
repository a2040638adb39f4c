using System.Reactive.Concurrency;

namespace Rx.PgNotify.VirtualTime;

/// <summary>Throws where it is asked to schedule something, as a disposed event loop does, but only the first time.</summary>
sealed class RefusingScheduler(TestScheduler inner) : IScheduler, IServiceProvider, IStopwatchProvider
{
    bool _hasRefused;

    public DateTimeOffset Now => inner.Now;

    public object? GetService(Type serviceType) => serviceType == typeof(IStopwatchProvider) ? this : null;

    public IStopwatch StartStopwatch() => inner.StartStopwatch();

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action)
    {
        Refuse();
        return inner.Schedule(state, action);
    }

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        Refuse();
        return inner.Schedule(state, dueTime, action);
    }

    public IDisposable Schedule<TState>(
        TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        throw new NotSupportedException("Absolute time depends on the wall clock.");

    void Refuse()
    {
        if (_hasRefused)
            return;
        _hasRefused = true;
        throw new ObjectDisposedException("loop");
    }
}
