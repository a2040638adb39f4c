using System.Reactive;

namespace Rx.PgNotify.VirtualTime;

/// <summary>What came, and at which millisecond. As text: <c>40:b</c>, <c>100:|</c> for completion, <c>70:#message</c>.</summary>
readonly record struct Recorded<T>(long At, Notification<T> Message)
{
    public override string ToString() => Message.Kind switch
    {
        NotificationKind.OnNext => $"{At}:{Message.Value}",
        NotificationKind.OnError => $"{At}:#{Message.Exception!.Message}",
        _ => $"{At}:|",
    };
}

static class Recorded
{
    public static Recorded<T> OnNext<T>(long at, T value) => new(at, System.Reactive.Notification.CreateOnNext(value));

    public static Recorded<T> OnCompleted<T>(long at) => new(at, System.Reactive.Notification.CreateOnCompleted<T>());

    public static Recorded<T> OnError<T>(long at, Exception error) =>
        new(at, System.Reactive.Notification.CreateOnError<T>(error));
}
