using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Rx.PgNotify.Operators;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    const int DefaultIsolateCapacity = 1_024;

    /// <summary>
    /// Hands values over to <paramref name="scheduler"/> through a bounded queue: the source never waits for the
    /// observer, and when the queue is full the oldest value in it is dropped.
    /// </summary>
    /// <remarks>
    /// <para>
    /// What is dropped is counted exactly: the values that came and the counts that <paramref name="onDropped"/> was given
    /// add up to what the source sent before its end. Completion and an error wait until the queue is empty; disposal
    /// empties it.
    /// </para>
    /// <para>
    /// Of signals no Resync is lost. Where signals were dropped stands, for each channel that any of them was of, one
    /// Resync: with <see cref="ResyncReasons.Overflow"/> and the exact number of notifications dropped, if any were, and
    /// with the reasons and numbers of the Resyncs dropped with them.
    /// </para>
    /// <para>
    /// Everything comes on <paramref name="scheduler"/>, completion too, in one work item at a time, which gives its
    /// thread back after some 256 values. The exact semantics stand in the documentation of the operators.
    /// </para>
    /// </remarks>
    /// <typeparam name="TSource">The type of the values.</typeparam>
    /// <param name="source">Where the values come from.</param>
    /// <param name="capacity">
    /// How many values may wait in the queue; it takes memory as they come. A work item takes out a sixteenth of it at
    /// once, from 1 to 64. Default 1,024; 1 to 16,777,216.
    /// </param>
    /// <param name="onDropped">
    /// Called with the number of values dropped, just before the value that follows the gap: on the same thread, and
    /// never at the same time as the observer. What it throws ends the subscription, as if the observer had thrown it.
    /// Default <see langword="null"/>: nobody is notified. Not for signals, whose Resyncs report it.
    /// </param>
    /// <param name="scheduler">
    /// Where the observer is called; default <see cref="Scheduler.Default"/>, the thread pool.
    /// </param>
    /// <returns>The source's values in order, less what was dropped; of signals, with Resyncs in its place.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is out of its range.</exception>
    /// <exception cref="ArgumentException">
    /// <typeparamref name="TSource"/> is a kind of signal and <paramref name="onDropped"/> is not <see langword="null"/>.
    /// </exception>
    public static IObservable<TSource> Isolate<TSource>(
        this IObservable<TSource> source,
        int capacity = DefaultIsolateCapacity,
        Action<long>? onDropped = null,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (capacity is < 1 or > 16_777_216)
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "capacity must be from 1 to 16,777,216.");
        if (ResyncAccess<TSource>.Instance is not { } access)
            return Observable.Create<TSource>(
                observer => new CountedIsolationSink<TSource>(observer, capacity, onDropped, scheduler).SubscribeTo(source));
        if (onDropped is not null)
            throw new ArgumentException("Signals report a gap by a Resync: leave onDropped out.", nameof(onDropped));
        return Observable.Create<TSource>(
            observer => new SignalIsolationSink<TSource>(observer, capacity, access, scheduler).SubscribeTo(source));
    }
}
