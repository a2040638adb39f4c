using System.Reactive.Disposables;

namespace Rx.PgNotify.Operators;

/// <summary>One subscription of an operator: observes the source, and is what the operator's subscriber disposes of.</summary>
/// <typeparam name="TSource">What the source emits.</typeparam>
abstract class Sink<TSource> : IObserver<TSource>, IDisposable
{
    readonly SingleAssignmentDisposable _upstream = new();

    /// <summary>What the source has said, and whether that was passed on.</summary>
    protected enum Phase
    {
        Running,
        Completed, // the source has; what was taken from it and OnCompleted are still to be passed on
        Failed,    // the source has; OnError is still to be passed on, and before it what the operator does not drop
        Over,
    }

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

    /// <summary>Leaves the source. Derived classes see to it first that nothing is emitted any more.</summary>
    public virtual void Dispose() => _upstream.Dispose();

    /// <summary>Leaves the source, which has nothing to say any more.</summary>
    protected void LeaveSource() => _upstream.Dispose();
}
