using System.Reactive.Disposables;
using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Operators;

/// <summary>One subscription of an operator: observes the source, and is what the operator's subscriber disposes of.</summary>
/// <typeparam name="TSource">What the source emits.</typeparam>
abstract class Sink<TSource> : IObserver<TSource>, IDisposable
{
    readonly SingleAssignmentDisposable _upstream = new();

    // Of whoever sent the first value. Written by the source's calls, which do not overlap, before whatever makes a later call.
    FailureTaker? _taker;

    // Written before the source makes any call. It knows better than its first call did: its channels may have been unknown then.
    IFailureTaking? _source;

    /// <summary>Subscribes to the source.</summary>
    /// <returns>This.</returns>
    internal IDisposable SubscribeTo(IObservable<TSource> source)
    {
        _source = source as IFailureTaking;
        _upstream.Disposable = source.SubscribeSafe(this);
        return this;
    }

    public abstract void OnNext(TSource value);

    public abstract void OnCompleted();

    public abstract void OnError(Exception error);

    /// <summary>Unsubscribes from the source. Derived classes first make sure that nothing is emitted any more.</summary>
    public virtual void Dispose() => _upstream.Dispose();

    /// <summary>
    /// The source sends something: remembers where what the observer throws goes if the sink calls it later, when the source is not
    /// above any more.
    /// </summary>
    protected void NoteCaller() => _taker ??= FailureTaker.Current;

    /// <summary>Makes a call of the observer, or one that leads to it, from a timer or after a task.</summary>
    protected void CallLater<TState>(TState state, Action<TState> call) =>
        FailureTaker.Guard(_source?.Taker ?? _taker, this, state, call);

    /// <summary>Unsubscribes from the source, of which nothing is taken any more.</summary>
    protected void LeaveSource() => _upstream.Dispose();
}
