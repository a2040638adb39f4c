namespace Rx.PgNotify.Delivery;

/// <summary>Passes on the notifications of a channel and leaves out its Resyncs.</summary>
sealed class NotificationSubscription(
    ChannelHub hub, ObserverCalls calls, Action release, TaskCompletionSource? joined, IObserver<Notification> observer)
    : Subscription(hub, calls, release, joined)
{
    private protected override void OnNext(in ChannelSignal signal)
    {
        if (signal.IsNotification)
            observer.OnNext(signal.Notification);
    }

    private protected override void OnTerminated(Exception? error)
    {
        if (error is null)
            observer.OnCompleted();
        else
            observer.OnError(error);
    }
}
