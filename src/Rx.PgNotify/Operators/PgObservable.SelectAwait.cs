using System.Reactive;
using System.Reactive.Linq;
using Rx.PgNotify.Operators;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    const int DefaultAwaitCapacity = 65_536;

    /// <summary>
    /// Runs an asynchronous function for every value of the source and awaits it: one run at a time, in order. Values that
    /// arrive during a run wait in a bounded queue.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The source is never held up, so the queue has a limit. When it is full, the oldest of signals is dropped, and where
    /// any were stands one Resync for each channel concerned: with <see cref="ResyncReasons.Overflow"/> and the exact number
    /// of notifications dropped, if any were, and with the reasons and numbers of the Resyncs dropped with them. Of other
    /// values none is dropped without a word: the sequence ends with an <see cref="InvalidOperationException"/>. Where the
    /// latest value is enough: <see cref="SelectConflated{TSource, TResult}"/>.
    /// </para>
    /// <para>
    /// A run that throws, or whose task is cancelled, ends the sequence with <c>OnError</c>, and what waits is dropped. To
    /// go on, catch in the function; or subscribe again, which for the signals of a channel begins with a Resync, so that
    /// nothing is missed (<c>RetryWhen</c>). An error of the source cancels the run, drops what waits, and is passed on at
    /// once; so does <c>Dispose</c>, silently and without waiting for the run. Completion waits for the run and for all that
    /// waits behind it.
    /// </para>
    /// <para>
    /// The function is called on the source's thread, or where the run before it completed; results come where their run
    /// completed. Behind <c>ObserveOn</c> with a synchronization context all of that is in the context. A run includes the emission of its result: while the observer is busy, nothing runs. The exact semantics
    /// stand in the documentation of the operators.
    /// </para>
    /// </remarks>
    /// <typeparam name="TSource">The type of the values.</typeparam>
    /// <typeparam name="TResult">The type of the results.</typeparam>
    /// <param name="source">Where the values come from.</param>
    /// <param name="selector">The function. Its token is cancelled when the sequence ends before the run does.</param>
    /// <param name="capacity">
    /// How many values may wait behind the one that is run; the queue takes memory as they come. Default 65,536; 1 or more.
    /// </param>
    /// <returns>The results, one for each value, in order.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="source"/> or <paramref name="selector"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is less than 1.</exception>
    public static IObservable<TResult> SelectAwait<TSource, TResult>(
        this IObservable<TSource> source,
        Func<TSource, CancellationToken, Task<TResult>> selector,
        int capacity = DefaultAwaitCapacity)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return Observable.Create<TResult>(
            observer => new AwaitSink<TSource, TResult>(observer, selector, capacity).SubscribeTo(source));
    }

    /// <typeparam name="TSource">The type of the values.</typeparam>
    /// <returns>A <see cref="Unit"/> for each value, when its run has completed, in order.</returns>
    /// <inheritdoc cref="SelectAwait{TSource, TResult}(IObservable{TSource}, Func{TSource, CancellationToken, Task{TResult}}, int)" path="/*[self::summary or self::remarks or self::param or self::exception]"/>
    public static IObservable<Unit> SelectAwait<TSource>(
        this IObservable<TSource> source, Func<TSource, CancellationToken, Task> selector, int capacity = DefaultAwaitCapacity)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(selector);
        return source.SelectAwait(UnitTasks.WithUnit(selector), capacity);
    }
}
