using System.Reactive;
using System.Reactive.Linq;
using Rx.PgNotify.Operators;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// Runs an asynchronous function for the source's values, one run at a time: values that arrive during a run
    /// overwrite one another, and the latest gets the next run.
    /// </summary>
    /// <remarks>
    /// <para>
    /// No run is cancelled by a newer value, runs never pile up, and no change is left unseen: as long as something came
    /// during a run there is another one afterwards. A run includes the emission of its result: while the observer is
    /// busy, nothing runs.
    /// </para>
    /// <para>
    /// Of signals no Resync is overwritten: of what arrives during a run, first each Resync gets a run, those of one channel
    /// united with their reasons and their dropped notifications added up, and then the latest notification.
    /// </para>
    /// <para>
    /// The function is called on the source's thread, or where the run before it completed; results come where their run
    /// completed. Behind <c>ObserveOn</c> with a synchronization context all of that is in the context. Completion waits for the run and for the value that came during it. An error of the source cancels the
    /// run, drops what waits, and is passed on at once; so does <c>Dispose</c>, silently. A run that throws, or whose task
    /// is cancelled, ends the sequence with <c>OnError</c>. The exact semantics stand in the documentation of the operators.
    /// </para>
    /// </remarks>
    /// <typeparam name="TSource">The type of the values.</typeparam>
    /// <typeparam name="TResult">The type of the results.</typeparam>
    /// <param name="source">Where the values come from.</param>
    /// <param name="selector">The function. Its token is cancelled when the sequence ends before the run does.</param>
    /// <returns>The results, in the order of the runs.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="source"/> or <paramref name="selector"/> is <see langword="null"/>.
    /// </exception>
    public static IObservable<TResult> SelectConflated<TSource, TResult>(
        this IObservable<TSource> source, Func<TSource, CancellationToken, Task<TResult>> selector)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(selector);
        return Observable.Create<TResult>(observer => new ConflatedSink<TSource, TResult>(observer, selector).SubscribeTo(source));
    }

    /// <typeparam name="TSource">The type of the values.</typeparam>
    /// <returns>A <see cref="Unit"/> when a run has completed, in the order of the runs.</returns>
    /// <inheritdoc cref="SelectConflated{TSource, TResult}(IObservable{TSource}, Func{TSource, CancellationToken, Task{TResult}})" path="/*[self::summary or self::remarks or self::param or self::exception]"/>
    public static IObservable<Unit> SelectConflated<TSource>(
        this IObservable<TSource> source, Func<TSource, CancellationToken, Task> selector)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(selector);
        return source.SelectConflated(UnitTasks.WithUnit(selector));
    }
}
