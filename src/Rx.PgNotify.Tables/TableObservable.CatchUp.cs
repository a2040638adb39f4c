using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Runtime.ExceptionServices;
using Rx.PgNotify.Tables.CatchUp;

namespace Rx.PgNotify.Tables;

public static partial class TableObservable
{
    /// <summary>
    /// What was committed to a table, each row version once, whatever the order of the commits, across gaps and restarts.
    /// Signals only wake it; what is new is read from the table, from a cursor on.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The first signal, which for a channel is the Resync that says that the server listens, starts the first load at
    /// once, and every later one after a quiet spell, as in <see cref="PgObservable.LiveQuery{T}(IObservable{ChannelSignal},
    /// Func{CancellationToken, Task{T}}, TimeSpan?, TimeSpan?, IScheduler?)"/>. Never two loads at once; signals during a
    /// load, or while the observer is busy with its batch, cause one more. Each load gives one batch, which may be empty.
    /// </para>
    /// <para>
    /// The next load begins at a batch's cursor, and only after the observer has returned. An observer that stores
    /// <see cref="CatchUpBatch{T}.Cursor"/> in the transaction in which it stores what it makes of the rows has each
    /// exactly once, also across a crash; one that stores the cursor later may have the last batches again. Each
    /// subscription begins at <paramref name="from"/>: before a <c>Retry</c>, put <c>Observable.Defer</c> around this, and
    /// read the stored cursor in there.
    /// </para>
    /// <para>
    /// A load that throws ends the sequence with <c>OnError</c>; another overload tries again. An error of the source does
    /// too, and cancels the load, as <c>Dispose</c> does. Completion runs the load that is due, and waits for it. The load
    /// is called on the source's thread, on the scheduler, or where a load before it completed; batches come where their
    /// load completes.
    /// </para>
    /// </remarks>
    /// <typeparam name="T">What rows are read as.</typeparam>
    /// <param name="signals">What reports changes and gaps. A filter has to let each Resync pass.</param>
    /// <param name="load">
    /// Reads what is new since a cursor: <see cref="CatchUpTable.LoadAsync"/>, or a query of one's own.
    /// Its token is cancelled when the sequence ends before it has.
    /// </param>
    /// <param name="from">The stored cursor; default <see langword="null"/>, for all that the table holds.</param>
    /// <param name="quiet">
    /// How long no signal has to come before the next load. Default 100 ms; zero to <see cref="int.MaxValue"/> milliseconds.
    /// </param>
    /// <param name="maxWait">
    /// The longest time that a continuous burst can hold off the next load. Default ten times <paramref name="quiet"/>;
    /// <paramref name="quiet"/> or more, <see cref="TimeSpan.MaxValue"/> for no limit.
    /// </param>
    /// <param name="scheduler">The clock and timer; default <see cref="Scheduler.Default"/>.</param>
    /// <returns>The batches, in the order of the loads.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="signals"/> or <paramref name="load"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A time is out of its range, or <paramref name="maxWait"/> is shorter than <paramref name="quiet"/>.
    /// </exception>
    public static IObservable<CatchUpBatch<T>> CatchUp<T>(
        this IObservable<ChannelSignal> signals,
        Func<CatchUpCursor?, CancellationToken, Task<CatchUpBatch<T>>> load,
        CatchUpCursor? from = null,
        TimeSpan? quiet = null,
        TimeSpan? maxWait = null,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(signals);
        ArgumentNullException.ThrowIfNull(load);
        return CatchUp(signals, load, from, QueryTiming.Create(quiet, maxWait, scheduler));
    }

    /// <inheritdoc cref="CatchUp{T}(IObservable{ChannelSignal}, Func{CatchUpCursor?, CancellationToken, Task{CatchUpBatch{T}}}, CatchUpCursor?, TimeSpan?, TimeSpan?, IScheduler?)"/>
    /// <summary>As the other overload, except that a load that throws is run again after a pause, from the same cursor.</summary>
    /// <remarks>
    /// <para>
    /// The one to take for a reader that outlives a restart of the server: the connections that Npgsql's pool keeps die with
    /// the server, and the first load afterwards fails on one of them as a rule.
    /// </para>
    /// <para>
    /// Signals that come during the pause neither shorten nor lengthen it. After a completion of the source, the load that
    /// is due is tried until it succeeds. A <see cref="CatchUpCursorException"/>, which no retry mends, ends the sequence
    /// with <c>OnError</c>. Otherwise as in the other overload.
    /// </para>
    /// </remarks>
    /// <param name="signals">What reports changes and gaps. A filter has to let each Resync pass.</param>
    /// <param name="load">Reads what is new since a cursor. Its token is cancelled when the sequence ends before it has.</param>
    /// <param name="from">The stored cursor; <see langword="null"/> for all that the table holds.</param>
    /// <param name="retryDelay">The pause after a load that failed: more than zero, 1 day at the most.</param>
    /// <param name="loadFailed">
    /// Receives each failure that is retried, on the thread where the load failed. What it throws itself ends the
    /// sequence with <c>OnError</c>.
    /// </param>
    /// <param name="quiet">
    /// How long no signal has to come before the next load. Default 100 ms; zero to <see cref="int.MaxValue"/> milliseconds.
    /// </param>
    /// <param name="maxWait">
    /// The longest time that a continuous burst can hold off the next load. Default ten times <paramref name="quiet"/>;
    /// <paramref name="quiet"/> or more, <see cref="TimeSpan.MaxValue"/> for no limit.
    /// </param>
    /// <param name="scheduler">The clock and timer; default <see cref="Scheduler.Default"/>.</param>
    public static IObservable<CatchUpBatch<T>> CatchUp<T>(
        this IObservable<ChannelSignal> signals,
        Func<CatchUpCursor?, CancellationToken, Task<CatchUpBatch<T>>> load,
        CatchUpCursor? from,
        TimeSpan retryDelay,
        Action<Exception> loadFailed,
        TimeSpan? quiet = null,
        TimeSpan? maxWait = null,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(signals);
        ArgumentNullException.ThrowIfNull(load);
        ArgumentNullException.ThrowIfNull(loadFailed);
        return CatchUp(signals, load, from, QueryTiming.Create(quiet, maxWait, scheduler, retryDelay, Failed));

        void Failed(Exception error)
        {
            if (error is CatchUpCursorException)
                ExceptionDispatchInfo.Throw(error);
            loadFailed(error);
        }
    }

    static IObservable<CatchUpBatch<T>> CatchUp<T>(
        IObservable<ChannelSignal> signals,
        Func<CatchUpCursor?, CancellationToken, Task<CatchUpBatch<T>>> load,
        CatchUpCursor? from,
        QueryTiming timing) =>
        Observable.Create<CatchUpBatch<T>>(observer =>
        {
            var reader = new CatchUpReader<T>(observer, load, from);
            return new ConflatedSink<ChannelSignal, CatchUpBatch<T>>(
                reader, (_, cancellationToken) => reader.LoadAsync(cancellationToken), new LatestSlot<ChannelSignal>(), timing).SubscribeTo(signals);
        });
}
