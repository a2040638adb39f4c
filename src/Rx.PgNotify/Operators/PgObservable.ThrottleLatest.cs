using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Rx.PgNotify.Operators;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// The first value at once, then the latest one at most every <paramref name="interval"/>. The last value is never
    /// lost.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Two emissions are never closer than <paramref name="interval"/>, counted from the moment one is about to be made
    /// to the moment the next is; only completion does not wait. A value that comes when the interval since the last
    /// emission is over is emitted at once; one that comes earlier waits for the interval's end, unless a later one takes
    /// its place. Completion emits a value that still waits and then completes; an error drops it and is passed on at
    /// once. While the observer is busy, the latest value waits in one place and follows when it returns and the
    /// interval is over.
    /// </para>
    /// <para>
    /// Of signals no Resync is lost, and none waits for longer than <paramref name="interval"/> unless the observer is busy:
    /// those of one channel that wait together have their reasons united and their dropped notifications added up. They
    /// are emitted together with the latest notification and before it, whatever the order of arrival: what is read anew
    /// at the Resync already contains it.
    /// </para>
    /// <para>
    /// What is emitted at once, or flushed by completion, comes on the source's thread, everything else on
    /// <paramref name="scheduler"/>; what fell due while the observer was busy comes on the thread it was busy on. The
    /// exact semantics stand in the documentation of the operators.
    /// </para>
    /// </remarks>
    /// <typeparam name="TSource">The type of the values.</typeparam>
    /// <param name="source">Where the values come from.</param>
    /// <param name="interval">
    /// The shortest time between two emissions, zero to <see cref="int.MaxValue"/> milliseconds. Zero lasts as long as the
    /// scheduler's clock stands still, and ends when the scheduler gets to it: of the values of one moment it leaves the
    /// first and the last.
    /// </param>
    /// <param name="leading">
    /// Whether a value that comes when the interval is over is emitted at once, the default. If not, it begins an
    /// interval, at whose end the latest value is emitted, on <paramref name="scheduler"/>.
    /// </param>
    /// <param name="scheduler">The clock and timer; default <see cref="Scheduler.Default"/>.</param>
    /// <returns>The first value and the latest ones; of signals every Resync too.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="interval"/> is out of its range.</exception>
    public static IObservable<TSource> ThrottleLatest<TSource>(
        this IObservable<TSource> source, TimeSpan interval, bool leading = true, IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var deadline = ThrottleDeadline.Create(interval, leading);
        return Observable.Create<TSource>(observer =>
            new DeadlineSink<TSource, TSource, ThrottleDeadline>(
                observer, scheduler ?? GuardedScheduling.Default, deadline, new LatestGatherer<TSource>()).SubscribeTo(source));
    }
}
