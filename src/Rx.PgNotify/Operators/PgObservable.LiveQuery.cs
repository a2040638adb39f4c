using System.Reactive.Linq;
using Rx.PgNotify.Operators;

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
    /// once. Every later one does so after a quiet spell, as in <see cref="Debounce{TSource}"/>: once
    /// <see cref="LiveQueryOptions.Quiet"/> has passed without another signal, and never later than
    /// <see cref="LiveQueryOptions.MaxWait"/> after the first one. Signals that arrive during a query, or while the observer
    /// is busy with its result, begin such a spell when that is over. So queries start at least the duration of a query and
    /// the quiet spell apart, and the last result is never older than the last signal.
    /// </para>
    /// <para>
    /// Works over the signals of one channel, over several merged, and over filtered ones, as long as the filter lets each
    /// Resync pass: <see cref="WhereNotification"/> does, and <see cref="WhereValue{T}"/> for parsed ones. The query has to
    /// read committed data on each run: not inside a transaction with a snapshot of its own, and from the primary, as a
    /// replica may lag behind the notification.
    /// </para>
    /// <para>
    /// A query that throws ends the sequence with <c>OnError</c>, unless <see cref="LiveQueryOptions.QueryFailed"/> takes
    /// its exception: then it is run again after <see cref="LiveQueryOptions.RetryDelay"/>, and until it succeeds the last
    /// good result stands. An error of the source ends the sequence too, and cancels the query, as <c>Dispose</c> does.
    /// Completion runs the query that is due, if need be until it succeeds, and waits for it. The query is called on the
    /// source's thread, on the scheduler, or where a query before it completed; its results come where it completes.
    /// </para>
    /// </remarks>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="source">What reports changes and gaps.</param>
    /// <param name="query">Reads the present state. Its token is cancelled when the sequence ends before it has.</param>
    /// <param name="options">When it runs, and what becomes of one that throws; <see langword="null"/> for the defaults.</param>
    /// <returns>The results, in order.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="source"/>, <paramref name="query"/> or the scheduler of <paramref name="options"/> is
    /// <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static IObservable<TResult> LiveQuery<TResult>(
        this IObservable<ChannelSignal> source, Func<CancellationToken, Task<TResult>> query, LiveQueryOptions? options = null) =>
        LiveQueryOf(source, query, options);

    /// <typeparam name="T">What payloads were parsed to.</typeparam>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <inheritdoc cref="LiveQuery{TResult}(IObservable{ChannelSignal}, Func{CancellationToken, Task{TResult}}, LiveQueryOptions?)" path="/*[self::summary or self::remarks or self::param or self::returns or self::exception]"/>
    public static IObservable<TResult> LiveQuery<T, TResult>(
        this IObservable<ChannelSignal<T>> source,
        Func<CancellationToken, Task<TResult>> query,
        LiveQueryOptions? options = null) =>
        LiveQueryOf(source, query, options);

    /// <param name="channel">The channel, of which <see cref="PgChannel.Signals"/> are taken.</param>
    /// <param name="query">Reads the present state. Its token is cancelled when the sequence ends before it has.</param>
    /// <param name="options">When it runs, and what becomes of one that throws; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="channel"/>, <paramref name="query"/> or the scheduler of <paramref name="options"/> is
    /// <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="LiveQuery{TResult}(IObservable{ChannelSignal}, Func{CancellationToken, Task{TResult}}, LiveQueryOptions?)" path="/*[self::summary or self::remarks or self::typeparam or self::returns or (self::exception and contains(@cref,'OutOfRange'))]"/>
    public static IObservable<TResult> LiveQuery<TResult>(
        this PgChannel channel, Func<CancellationToken, Task<TResult>> query, LiveQueryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return LiveQueryOf(channel.Signals, query, options);
    }

    static IObservable<TResult> LiveQueryOf<TSource, TResult>(
        IObservable<TSource> source, Func<CancellationToken, Task<TResult>> query, LiveQueryOptions? options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(query);
        var timing = (options ?? new LiveQueryOptions()).ToTiming();
        return Observable.Create<TResult>(observer => new LiveQuerySink<TSource, TResult>(observer, query, timing).SubscribeTo(source));
    }
}
