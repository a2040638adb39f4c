using System.Runtime.ExceptionServices;

namespace Rx.PgNotify.Delivery;

/// <summary>An observer that is only a function of the values, as Rx makes one of <c>Subscribe(onNext)</c>.</summary>
/// <remarks>
/// What fails the subscription before the acknowledgement is reported by the task that the caller awaits. Afterwards nobody
/// would see it: it is thrown, and stays unhandled.
/// </remarks>
sealed class HandlerlessObserver<T>(Action<T> onNext, Task acknowledged) : IObserver<T>
{
    public void OnNext(T value) => onNext(value);

    public void OnError(Exception error)
    {
        if (acknowledged.IsCompletedSuccessfully)
            ExceptionDispatchInfo.Throw(error);
    }

    public void OnCompleted()
    {
    }
}
