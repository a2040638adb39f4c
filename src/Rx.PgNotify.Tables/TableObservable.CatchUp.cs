using System.Reactive.Linq;
using System.Runtime.ExceptionServices;

namespace Rx.PgNotify.Tables;

public static partial class TableObservable
{
    /// <summary>
    /// What was committed to a table, each row version once, whatever the order of the commits, across gaps and restarts.
    /// Signals only wake it; what is new is read from the table, from a cursor on.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Loads run like the queries of
    /// <see cref="PgObservable.LiveQuery{TResult}(IObservable{ChannelSignal}, Func{CancellationToken, Task{TResult}}, LiveQueryOptions?)"/>: the first
    /// signal, which for a channel is the Resync that says that the server listens, starts the first one at once, and every
    /// later one after a quiet spell. Never two loads at once; signals during a load, or while the observer is busy with its
    /// batch, cause one more. Each load gives one batch, which may be empty.
    /// </para>
    /// <para>
    /// The next load begins at a batch's cursor, and only after the observer has returned. An observer that stores
    /// <see cref="CatchUpBatch{T}.Cursor"/> in the transaction in which it stores what it makes of the rows has each
    /// exactly once, also across a crash; one that stores the cursor later may have the last batches again. Each
    /// subscription begins at <paramref name="cursor"/>: before a <c>RetryWhen</c> with a pause, put <c>Observable.Defer</c>
    /// around this, and read the stored cursor in there.
    /// </para>
    /// <para>
    /// A load that throws ends the sequence with <c>OnError</c>, unless <see cref="LiveQueryOptions.QueryFailed"/> takes its
    /// exception: then it is run again after <see cref="LiveQueryOptions.RetryDelay"/>, from the same cursor. A
    /// <see cref="CatchUpCursorException"/>, which no retry mends, always ends it. Everything else, threads and completion
    /// too, is as with the queries.
    /// </para>
    /// </remarks>
    /// <typeparam name="T">What rows are read as.</typeparam>
    /// <param name="source">What reports changes and gaps. A filter has to let each Resync pass.</param>
    /// <param name="load">
    /// Reads what is new since a cursor: <see cref="CatchUpTable.LoadAsync"/>, or a query of one's own.
    /// Its token is cancelled when the sequence ends before it has.
    /// </param>
    /// <param name="cursor">The stored cursor, where to go on from; default <see langword="null"/>: all that the table holds.</param>
    /// <param name="options">When it loads, and what becomes of a load that throws; <see langword="null"/> for the defaults.</param>
    /// <returns>The batches, in the order of the loads.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="source"/>, <paramref name="load"/> or the scheduler of <paramref name="options"/> is
    /// <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static IObservable<CatchUpBatch<T>> CatchUp<T>(
        this IObservable<ChannelSignal> source,
        Func<CatchUpCursor?, CancellationToken, Task<CatchUpBatch<T>>> load,
        CatchUpCursor? cursor = null,
        LiveQueryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(load);
        var copy = options?.Copy() ?? new LiveQueryOptions();
        copy.Validate();
        if (copy.QueryFailed is { } loadFailed)
            copy.QueryFailed = error =>
            {
                if (error is CatchUpCursorException)
                    ExceptionDispatchInfo.Throw(error);
                loadFailed(error);
            };

        return Observable.Defer(() =>
        {
            // Written before the observer gets the batch and read by the next load, which begins after it has returned.
            var reached = cursor;
            return source.LiveQuery(LoadAsync, copy).Do(batch => reached = batch.Cursor);

            async Task<CatchUpBatch<T>> LoadAsync(CancellationToken cancellationToken)
            {
                var loading = load(reached, cancellationToken) ?? throw new InvalidOperationException("The load returned no task.");
                return await loading.ConfigureAwait(false) ?? throw new InvalidOperationException("The load returned no batch.");
            }
        });
    }
}
