namespace Rx.PgNotify.Delivery;

/// <summary>Passes on notifications and Resyncs.</summary>
sealed class SignalSubscription(
    ChannelHub hub, ObserverCalls calls, Action release, TaskCompletionSource? joined, IObserver<ChannelSignal> observer)
    : Subscription(hub, calls, release, joined)
{
    private protected override void OnNext(in ChannelSignal signal) => observer.OnNext(signal);

    private protected override void OnTerminated(Exception? error)
    {
        if (error is null)
            observer.OnCompleted();
        else
            observer.OnError(error);
    }
}
