using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Rx.PgNotify.Operators;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// Each burst as one list of all its values, in order: emitted once <paramref name="quiet"/> has passed without a new
    /// value, and never later than <paramref name="maxWait"/> after the burst's first one. Never an empty list.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A burst begins with the first value after an emission. Completion emits a burst that still waits and then
    /// completes; an error drops it and is passed on at once. If the observer is still busy with the previous burst,
    /// the next one grows until it returns and follows at once: nothing is lost, and no queue of lists builds up.
    /// </para>
    /// <para>
    /// The size of a list is bounded only by the source's rate times <paramref name="maxWait"/>. Lists are emitted on
    /// <paramref name="scheduler"/>; only what completion flushes comes on the source's thread. A list is the
    /// observer's to keep: it never changes. The exact semantics stand in the documentation of the operators.
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
    /// <returns>One list for each burst.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A time is out of its range, or <paramref name="maxWait"/> is shorter than <paramref name="quiet"/>.
    /// </exception>
    public static IObservable<IReadOnlyList<TSource>> Coalesce<TSource>(
        this IObservable<TSource> source, TimeSpan quiet, TimeSpan? maxWait = null, IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var timing = BurstTiming.Create(quiet, maxWait, scheduler);
        return Observable.Create<IReadOnlyList<TSource>>(observer =>
            new DeadlineSink<TSource, IReadOnlyList<TSource>, BurstDeadline>(
                observer, timing.Scheduler, new BurstDeadline(timing), new AllGatherer<TSource>()).SubscribeTo(source));
    }
}
