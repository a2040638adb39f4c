using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.PgNotify.VirtualTime;

/// <summary>Keeps what is scheduled until it is told to run it, one by one: a thread that comes by when the test says so.</summary>
sealed class StepScheduler : IScheduler
{
    readonly LinkedList<Action> _work = [];

    public int Pending => _work.Count;

    public DateTimeOffset Now => DateTimeOffset.UnixEpoch;

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action)
    {
        var work = _work.AddLast(() => action(this, state));
        return Disposable.Create(() =>
        {
            if (work.List is not null)
                _work.Remove(work);
        });
    }

    public IDisposable Schedule<TState>(
        TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
        throw new NotSupportedException("There is no time here.");

    public IDisposable Schedule<TState>(
        TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        throw new NotSupportedException("There is no time here.");

    /// <summary>Runs what has waited longest.</summary>
    public void RunOne()
    {
        var first = _work.First ?? throw new InvalidOperationException("Nothing is scheduled.");
        _work.RemoveFirst();
        first.Value();
    }

    public void RunAll()
    {
        while (Pending > 0)
            RunOne();
    }
}
