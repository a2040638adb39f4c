using System.Reactive.Concurrency;

namespace Rx.PgNotify.Tables;

public static partial class TableObservable
{
    /// <inheritdoc cref="CatchUp{T}(IObservable{ChannelSignal}, Func{CatchUpCursor?, CancellationToken, Task{CatchUpBatch{T}}}, CatchUpCursor?, TimeSpan?, TimeSpan?, IScheduler?)"/>
    /// <param name="channel">The channel whose <see cref="PgChannel.Signals"/> report changes and gaps.</param>
    /// <param name="load">Reads what is new since a cursor. Its token is cancelled when the sequence ends before it has.</param>
    /// <param name="from">The stored cursor; default <see langword="null"/>, for all that the table holds.</param>
    /// <param name="quiet">
    /// How long no signal has to come before the next load. Default 100 ms; zero to <see cref="int.MaxValue"/> milliseconds.
    /// </param>
    /// <param name="maxWait">
    /// The longest time that a continuous burst can hold off the next load. Default ten times <paramref name="quiet"/>;
    /// <paramref name="quiet"/> or more, <see cref="TimeSpan.MaxValue"/> for no limit.
    /// </param>
    /// <param name="scheduler">The clock and timer; default <see cref="Scheduler.Default"/>.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="channel"/> or <paramref name="load"/> is <see langword="null"/>.
    /// </exception>
    public static IObservable<CatchUpBatch<T>> CatchUp<T>(
        this PgChannel channel,
        Func<CatchUpCursor?, CancellationToken, Task<CatchUpBatch<T>>> load,
        CatchUpCursor? from = null,
        TimeSpan? quiet = null,
        TimeSpan? maxWait = null,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.Signals.CatchUp(load, from, quiet, maxWait, scheduler);
    }

    /// <inheritdoc cref="CatchUp{T}(IObservable{ChannelSignal}, Func{CatchUpCursor?, CancellationToken, Task{CatchUpBatch{T}}}, CatchUpCursor?, TimeSpan, Action{Exception}, TimeSpan?, TimeSpan?, IScheduler?)"/>
    /// <param name="channel">The channel whose <see cref="PgChannel.Signals"/> report changes and gaps.</param>
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
    /// <exception cref="ArgumentNullException">
    /// <paramref name="channel"/>, <paramref name="load"/> or <paramref name="loadFailed"/> is <see langword="null"/>.
    /// </exception>
    public static IObservable<CatchUpBatch<T>> CatchUp<T>(
        this PgChannel channel,
        Func<CatchUpCursor?, CancellationToken, Task<CatchUpBatch<T>>> load,
        CatchUpCursor? from,
        TimeSpan retryDelay,
        Action<Exception> loadFailed,
        TimeSpan? quiet = null,
        TimeSpan? maxWait = null,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.Signals.CatchUp(load, from, retryDelay, loadFailed, quiet, maxWait, scheduler);
    }
}
