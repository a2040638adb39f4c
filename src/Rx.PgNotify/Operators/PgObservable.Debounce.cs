using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Rx.PgNotify.Operators;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// The latest value of each burst: emitted once <paramref name="quiet"/> has passed without a new value, and never
    /// later than <paramref name="maxWait"/> after the burst's first one.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A burst begins with the first value after an emission. Completion emits a value that still waits and then
    /// completes; an error drops it and is passed on at once. If the observer is still busy with the previous value,
    /// the latest one follows as soon as it returns.
    /// </para>
    /// <para>
    /// Of signals no Resync is lost: a burst's Resyncs of one channel have their reasons united and their dropped
    /// notifications added up. They are emitted first, whatever the order of arrival, so a notification that follows one
    /// may have come before it: what is read anew at the Resync already contains it.
    /// </para>
    /// <para>
    /// Values are emitted on <paramref name="scheduler"/>; only what completion flushes comes on the source's thread.
    /// The exact semantics stand in the documentation of the operators.
    /// </para>
    /// </remarks>
    /// <typeparam name="TSource">The type of the values.</typeparam>
    /// <param name="source">Where the values come from.</param>
    /// <param name="quiet">
    /// How long no value has to come for the burst to end. Zero to <see cref="int.MaxValue"/> milliseconds; zero means as
    /// soon as the scheduler gets to it.
    /// </param>
    /// <param name="maxWait">
    /// The longest time from a burst's first value to the emission. Default ten times <paramref name="quiet"/>;
    /// <paramref name="quiet"/> or more, <see cref="TimeSpan.MaxValue"/> for no limit.
    /// </param>
    /// <param name="scheduler">The clock and timer; default <see cref="Scheduler.Default"/>.</param>
    /// <returns>One value for each burst; of signals the Resyncs and at most one notification.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A time is out of its range, or <paramref name="maxWait"/> is shorter than <paramref name="quiet"/>.
    /// </exception>
    public static IObservable<TSource> Debounce<TSource>(
        this IObservable<TSource> source, TimeSpan quiet, TimeSpan? maxWait = null, IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var timing = BurstTiming.Create(quiet, maxWait, scheduler);
        return Observable.Create<TSource>(observer =>
            new DeadlineSink<TSource, TSource, BurstDeadline>(
                observer, timing.Scheduler, new BurstDeadline(timing), new LatestGatherer<TSource>()).SubscribeTo(source));
    }
}
