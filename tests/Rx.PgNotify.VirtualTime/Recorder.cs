namespace Rx.PgNotify.VirtualTime;

/// <summary>An observer that keeps what came and when.</summary>
sealed class Recorder<T>(TestScheduler scheduler) : IObserver<T>
{
    readonly List<Recorded<T>> _messages = [];

    public IReadOnlyList<Recorded<T>> Messages => _messages;

    public void OnNext(T value) => _messages.Add(Recorded.OnNext(scheduler.Clock, value));

    public void OnError(Exception error) => _messages.Add(Recorded.OnError<T>(scheduler.Clock, error));

    public void OnCompleted() => _messages.Add(Recorded.OnCompleted<T>(scheduler.Clock));

    public override string ToString() => string.Join(' ', _messages);
}
