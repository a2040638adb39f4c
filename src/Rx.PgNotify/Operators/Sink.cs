using System.Reactive.Disposables;

namespace Rx.PgNotify.Operators;

/// <summary>One subscription of an operator: observes the source, and is what the operator's subscriber disposes of.</summary>
/// <typeparam name="TSource">What the source emits.</typeparam>
abstract class Sink<TSource> : IObserver<TSource>, IDisposable
{
    readonly SingleAssignmentDisposable _upstream = new();

    /// <summary>Subscribes to the source.</summary>
    /// <returns>This.</returns>
    internal IDisposable SubscribeTo(IObservable<TSource> source)
    {
        _upstream.Disposable = source.SubscribeSafe(this);
        return this;
    }

    public abstract void OnNext(TSource value);

    public abstract void OnCompleted();

    public abstract void OnError(Exception error);

    /// <summary>Unsubscribes from the source. Derived classes first make sure that nothing is emitted any more.</summary>
    public virtual void Dispose() => _upstream.Dispose();

    /// <summary>Unsubscribes from the source, of which nothing is taken any more.</summary>
    protected void LeaveSource() => _upstream.Dispose();
}
