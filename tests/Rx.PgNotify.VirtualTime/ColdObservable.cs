using System.Reactive.Disposables;

namespace Rx.PgNotify.VirtualTime;

/// <summary>Plays its messages to each subscriber from the moment it subscribes.</summary>
sealed class ColdObservable<T>(TestScheduler scheduler, IEnumerable<Recorded<T>> messages) : IObservable<T>
{
    public IDisposable Subscribe(IObserver<T> observer)
    {
        var scheduled = new CompositeDisposable();
        foreach (var (at, message) in messages)
            scheduled.Add(scheduler.ScheduleRelative(message, at, (_, due) =>
            {
                due.Accept(observer);
                return Disposable.Empty;
            }));
        return scheduled;
    }
}
