using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Rx.PgNotify.Operators;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// Each burst as one list of the latest value of each key, in the order in which the keys first came: emitted once
    /// <paramref name="quiet"/> has passed without a new value, and never later than <paramref name="maxWait"/> after
    /// the burst's first one. Never an empty list.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The timing is that of <see cref="Coalesce{TSource}"/>. The size of a list is bounded by the number of different keys.
    /// While the observer is busy with a burst, the next one gathers what comes and follows at once. Completion emits a
    /// burst that still waits and then completes; an error drops it and is passed on at once.
    /// </para>
    /// <para>
    /// Of signals no Resync is lost: a burst's Resyncs of one channel have their reasons united and their dropped
    /// notifications added up. They come first in the list, whatever the order of arrival, so a notification behind one may
    /// have come before it: what is read anew at the Resync already contains it. A Resync has no key:
    /// <paramref name="keySelector"/> is not called for it, and may read <c>signal.Notification</c> without asking.
    /// </para>
    /// <para>
    /// <paramref name="keySelector"/> and <paramref name="comparer"/> run on the source's thread, once a value and never
    /// under a lock; what they throw is passed on as an error. Lists are emitted on <paramref name="scheduler"/>; only
    /// what completion flushes comes on the source's thread. A list is the observer's to keep: it never changes. The
    /// exact semantics stand in the documentation of the operators.
    /// </para>
    /// </remarks>
    /// <typeparam name="TSource">The type of the values.</typeparam>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <param name="source">Where the values come from.</param>
    /// <param name="keySelector">The key of a value; it may be <see langword="null"/>.</param>
    /// <param name="quiet">
    /// How long no value has to come for the burst to end, whatever its key. Zero to <see cref="int.MaxValue"/>
    /// milliseconds; zero means as soon as the scheduler gets to it.
    /// </param>
    /// <param name="maxWait">
    /// The longest time from a burst's first value to the emission. Default ten times <paramref name="quiet"/>;
    /// <paramref name="quiet"/> or more, <see cref="TimeSpan.MaxValue"/> for no limit.
    /// </param>
    /// <param name="comparer">
    /// When two keys are the same; default <see cref="EqualityComparer{TKey}.Default"/>. It is not asked about
    /// <see langword="null"/>, which is a key of its own.
    /// </param>
    /// <param name="scheduler">The clock and timer; default <see cref="Scheduler.Default"/>.</param>
    /// <returns>One list for each burst; of signals the Resyncs, then the notifications.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="source"/> or <paramref name="keySelector"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A time is out of its range, or <paramref name="maxWait"/> is shorter than <paramref name="quiet"/>.
    /// </exception>
    public static IObservable<IReadOnlyList<TSource>> CoalesceBy<TSource, TKey>(
        this IObservable<TSource> source,
        Func<TSource, TKey> keySelector,
        TimeSpan quiet,
        TimeSpan? maxWait = null,
        IEqualityComparer<TKey>? comparer = null,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(keySelector);
        var timing = BurstTiming.Create(quiet, maxWait, scheduler);
        return Observable.Create<IReadOnlyList<TSource>>(observer =>
            new DeadlineSink<TSource, IReadOnlyList<TSource>, BurstDeadline>(
                observer,
                timing.Scheduler,
                new BurstDeadline(timing),
                new LatestByKeyGatherer<TSource, TKey>(keySelector, comparer)).SubscribeTo(source));
    }
}
