using System.Reactive.Disposables;

namespace Rx.PgNotify.VirtualTime;

/// <summary>Plays its messages at fixed times to whoever is subscribed then.</summary>
sealed class HotObservable<T> : IObservable<T>
{
    readonly List<IObserver<T>> _observers = [];

    public HotObservable(TestScheduler scheduler, IEnumerable<Recorded<T>> messages)
    {
        foreach (var (at, message) in messages)
            scheduler.ScheduleAbsolute(message, at, (_, due) =>
            {
                foreach (var observer in _observers.ToArray())
                    due.Accept(observer);
                return Disposable.Empty;
            });
    }

    public int Subscribers => _observers.Count;

    public IDisposable Subscribe(IObserver<T> observer)
    {
        _observers.Add(observer);
        return Disposable.Create(() => _observers.Remove(observer));
    }
}
