using System.Reactive.Linq;
using Microsoft.EntityFrameworkCore;
using Rx.PgNotify.EntityFrameworkCore.Queries;

namespace Rx.PgNotify.EntityFrameworkCore;

public static partial class EntityObservable
{
    /// <summary>
    /// The present result of a LINQ query: read once the server listens to the tables that it reads, and again after every
    /// change of one of them and every gap.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The tables are found in the SQL that is generated for the query, whatever the way they came into it: navigations,
    /// <c>Include</c>, subqueries, set operations, query filters, inheritance, split queries. What can't be found there, as
    /// the tables of raw SQL, of views and of functions of the database, has to be declared
    /// (<see cref="ReadsQueryableExtensions"/>, or in <paramref name="options"/>), or the sequence ends with an error that
    /// names it. Each table needs change notifications in the model that leave no change out.
    /// </para>
    /// <para>
    /// A result is emitted only if the server had acknowledged to listen to all tables that it was read from before it was
    /// read. Runs are those of <see cref="PgObservable.LiveQuery{T}(IObservable{ChannelSignal}, Func{CancellationToken, Task{T}}, LiveQueryOptions?)"/>:
    /// one at a time, a quiet spell after a change, however many there are. Each has a context of its own, which is disposed
    /// of before its result is emitted. All live queries of a listener share its one connection.
    /// </para>
    /// <para>
    /// Subscribing returns at once. The function is called on the thread pool, without the subscriber's context and his
    /// transaction, and results come where the run ends. The disposal of the listener completes the sequence.
    /// </para>
    /// <para>
    /// The sequence ends with <c>OnError</c> for what a run throws, unless <see cref="EntityLiveQueryOptions.QueryFailed"/>
    /// takes it; with an <see cref="InvalidOperationException"/> for a table without notifications, for what is not declared
    /// and for a context without <c>UseChangeNotifications</c>; with a <see cref="PgListenerException"/> for what ends a
    /// channel; and with an <see cref="ObjectDisposedException"/> if the listener was disposed before. A query that reads no
    /// table is run once, and completes.
    /// </para>
    /// </remarks>
    /// <typeparam name="TContext">The context.</typeparam>
    /// <typeparam name="T">The type of the query's elements.</typeparam>
    /// <param name="contexts">Gives each run a context, of the database that <paramref name="listener"/> listens to, and of its primary.</param>
    /// <param name="listener">Listens to the channels of the tables.</param>
    /// <param name="query">The query, of the context that it is given. Called once for each run, and once more before the first.</param>
    /// <param name="options">When it runs, and what becomes of a run that fails; <see langword="null"/> for the defaults.</param>
    /// <param name="comparer">Leaves out a list whose elements equal those of the one before; default <see langword="null"/>: each is emitted.</param>
    /// <returns>The results, in order.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="contexts"/>, <paramref name="listener"/>, <paramref name="query"/> or the scheduler of
    /// <paramref name="options"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static IObservable<IReadOnlyList<T>> LiveQuery<TContext, T>(
        this IDbContextFactory<TContext> contexts,
        PgListener listener,
        Func<TContext, IQueryable<T>> query,
        EntityLiveQueryOptions? options = null,
        IEqualityComparer<T>? comparer = null)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(query);
        return Create<TContext, IReadOnlyList<T>>(
            contexts,
            listener,
            async (context, cancellation) => await query(context).ToListAsync(cancellation).ConfigureAwait(false),
            (context, reads) => ListForesight.Foresee(query(context), reads),
            options,
            comparer is null ? null : new SequenceComparer<T>(comparer));
    }

    /// <summary>
    /// The present result of a function that reads from a context: run once the server listens to the tables that it reads,
    /// and again after every change of one of them and every gap.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The tables are those of the commands that a run really executes through its context, compiled queries, <c>FindAsync</c>
    /// and loaded navigations among them: they may differ from run to run. A run that read a table for the first time is
    /// thrown away and repeated once the server listens to it, so the first run happens twice. Tables that the last run did
    /// not read are not listened to any longer.
    /// </para>
    /// <para>
    /// What does not go through the context that the function is given is not seen: other contexts, and commands on
    /// <c>GetDbConnection()</c>. Declare it in <paramref name="options"/>.
    /// </para>
    /// </remarks>
    /// <typeparam name="TContext">The context.</typeparam>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="contexts">Gives each run a context, of the database that <paramref name="listener"/> listens to, and of its primary.</param>
    /// <param name="listener">Listens to the channels of the tables.</param>
    /// <param name="query">Reads the present state. Its token is cancelled when the sequence ends before it has.</param>
    /// <param name="options">When it runs, and what becomes of a run that fails; <see langword="null"/> for the defaults.</param>
    /// <param name="comparer">Leaves out a result that equals the one before; default <see langword="null"/>: each is emitted.</param>
    /// <inheritdoc cref="LiveQuery{TContext, T}(IDbContextFactory{TContext}, PgListener, Func{TContext, IQueryable{T}}, EntityLiveQueryOptions?, IEqualityComparer{T}?)" path="/*[self::remarks or self::returns or self::exception]"/>
    public static IObservable<TResult> LiveQuery<TContext, TResult>(
        this IDbContextFactory<TContext> contexts,
        PgListener listener,
        Func<TContext, CancellationToken, Task<TResult>> query,
        EntityLiveQueryOptions? options = null,
        IEqualityComparer<TResult>? comparer = null)
        where TContext : DbContext =>
        Create(contexts, listener, query, null, options, comparer);

    static IObservable<TResult> Create<TContext, TResult>(
        IDbContextFactory<TContext> contexts,
        PgListener listener,
        Func<TContext, CancellationToken, Task<TResult>> query,
        Action<TContext, RunReads>? foresee,
        EntityLiveQueryOptions? options,
        IEqualityComparer<TResult>? comparer)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(contexts);
        ArgumentNullException.ThrowIfNull(listener);
        ArgumentNullException.ThrowIfNull(query);
        var copy = (options ?? new EntityLiveQueryOptions()).ValidatedCopy();
        var timing = copy.ToTiming();
        var results = Observable.Defer(() =>
        {
            ObjectDisposedException.ThrowIf(listener.CurrentState is ListenerState.Disposed, listener);
            var channels = new ListenedChannels(listener);
            var runs = new LiveQueryRun<TContext, TResult>(contexts, query, foresee, copy, channels);
            return channels.LiveQuery(runs.RunAsync, timing);
        });
        results = results.Catch<TResult, ListenerEndedException>(
            end => end.InnerException is { } error ? Observable.Throw<TResult>(error) : Observable.Empty<TResult>());
        return comparer is null ? results : results.DistinctUntilChanged(comparer);
    }
}
