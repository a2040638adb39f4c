using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// The present result of a query: run at the first signal, and again after every change and every gap. Never two
    /// queries at once, and no storm of them in a burst.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The first signal, which for a channel is the Resync that says that the server listens, starts the first query at
    /// once. Every later one does so after a quiet spell, as in <see cref="Debounce{T}"/>: once <paramref name="quiet"/>
    /// has passed without another signal, and never later than <paramref name="maxWait"/> after the first one. Signals
    /// that arrive during a query, or while the observer is busy with its result, begin such a spell when that is over.
    /// So queries start at least the duration of a query and <paramref name="quiet"/> apart, and the last result is never
    /// older than the last signal.
    /// </para>
    /// <para>
    /// Works over the signals of one channel, over several merged, and over filtered ones, as long as the filter lets each
    /// Resync pass: <see cref="WhereNotification"/> does. The query has to read committed data on each run: not inside a
    /// transaction with a snapshot of its own, and from the primary, as a replica may lag behind the notification.
    /// </para>
    /// <para>
    /// A query that throws ends the sequence with <c>OnError</c>; another overload tries again. An error of the source
    /// does too, and cancels the query, as <c>Dispose</c> does. Completion runs the query that is due, and waits for it.
    /// The query is called on the source's thread, on the scheduler, or where a query before it completed; its results
    /// come where it completes.
    /// </para>
    /// </remarks>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="signals">What reports changes and gaps.</param>
    /// <param name="query">Reads the present state. Its token is cancelled when the sequence ends before it has.</param>
    /// <param name="quiet">
    /// How long no signal has to come before the next query. Default 100 ms; zero to <see cref="int.MaxValue"/> milliseconds.
    /// </param>
    /// <param name="maxWait">
    /// The longest time that a continuous burst can hold off the next query. Default ten times <paramref name="quiet"/>;
    /// <paramref name="quiet"/> or more, <see cref="TimeSpan.MaxValue"/> for no limit.
    /// </param>
    /// <param name="scheduler">The clock and timer; default <see cref="Scheduler.Default"/>.</param>
    /// <returns>The results, in order.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="signals"/> or <paramref name="query"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A time is out of its range, or <paramref name="maxWait"/> is shorter than <paramref name="quiet"/>.
    /// </exception>
    public static IObservable<T> LiveQuery<T>(
        this IObservable<ChannelSignal> signals,
        Func<CancellationToken, Task<T>> query,
        TimeSpan? quiet = null,
        TimeSpan? maxWait = null,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(signals);
        ArgumentNullException.ThrowIfNull(query);
        return LiveQuery(signals, query, QueryTiming.Create(quiet, maxWait, scheduler));
    }

    /// <inheritdoc cref="LiveQuery{T}(IObservable{ChannelSignal}, Func{CancellationToken, Task{T}}, TimeSpan?, TimeSpan?, IScheduler?)"/>
    /// <summary>
    /// The present result of a query, as the other overload has it; a query that throws is run again after a pause. Until
    /// it succeeds, the last good result stands.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The one to take for a view that outlives a restart of the server: the connections that Npgsql's pool keeps die with
    /// the server, and the first query afterwards fails on one of them as a rule.
    /// </para>
    /// <para>
    /// Signals that come during the pause neither shorten nor lengthen it. After a completion of the source, the query
    /// that is due is tried until it succeeds. Otherwise as in the other overload.
    /// </para>
    /// </remarks>
    /// <param name="signals">What reports changes and gaps.</param>
    /// <param name="query">Reads the present state. Its token is cancelled when the sequence ends before it has.</param>
    /// <param name="retryDelay">The pause after a query that failed: more than zero, 1 day at the most.</param>
    /// <param name="queryFailed">
    /// Receives each failure, on the thread where the query failed. What it throws itself ends the sequence with
    /// <c>OnError</c>.
    /// </param>
    /// <param name="quiet">
    /// How long no signal has to come before the next query. Default 100 ms; zero to <see cref="int.MaxValue"/> milliseconds.
    /// </param>
    /// <param name="maxWait">
    /// The longest time that a continuous burst can hold off the next query. Default ten times <paramref name="quiet"/>;
    /// <paramref name="quiet"/> or more, <see cref="TimeSpan.MaxValue"/> for no limit.
    /// </param>
    /// <param name="scheduler">The clock and timer; default <see cref="Scheduler.Default"/>.</param>
    public static IObservable<T> LiveQuery<T>(
        this IObservable<ChannelSignal> signals,
        Func<CancellationToken, Task<T>> query,
        TimeSpan retryDelay,
        Action<Exception> queryFailed,
        TimeSpan? quiet = null,
        TimeSpan? maxWait = null,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(signals);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(queryFailed);
        return LiveQuery(signals, query, QueryTiming.Create(quiet, maxWait, scheduler, retryDelay, queryFailed));
    }

    static IObservable<T> LiveQuery<T>(
        IObservable<ChannelSignal> signals, Func<CancellationToken, Task<T>> query, QueryTiming timing) =>
        Observable.Create<T>(observer => new ConflatedSink<ChannelSignal, T>(
            observer, (_, cancellationToken) => query(cancellationToken), new LatestSlot<ChannelSignal>(), timing).SubscribeTo(signals));
}
