using System.Reactive.Concurrency;

namespace Rx.PgNotify.VirtualTime;

/// <summary>Lets something happen, once, at the moment at which an operator reads the time.</summary>
sealed class InterruptingScheduler(TestScheduler inner) : IScheduler, IServiceProvider, IStopwatchProvider, IStopwatch
{
    public Action? Interrupt { get; set; }

    public DateTimeOffset Now => inner.Now;

    public TimeSpan Elapsed
    {
        get
        {
            var interrupt = Interrupt;
            Interrupt = null;
            interrupt?.Invoke();
            return TimeSpan.FromMilliseconds(inner.Clock);
        }
    }

    public object? GetService(Type serviceType) => serviceType == typeof(IStopwatchProvider) ? this : null;

    public IStopwatch StartStopwatch() => this;

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) =>
        inner.Schedule(state, action);

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
        inner.Schedule(state, dueTime, action);

    public IDisposable Schedule<TState>(
        TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        throw new NotSupportedException("Absolute time depends on the wall clock.");
}
