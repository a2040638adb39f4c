namespace Rx.PgNotify.Tables;

public static partial class TableObservable
{
    /// <param name="channel">The channel whose <see cref="PgChannel.Signals"/> report changes and gaps.</param>
    /// <param name="load">Reads what is new since a cursor. Its token is cancelled when the sequence ends before it has.</param>
    /// <param name="cursor">The stored cursor, where to go on from; default <see langword="null"/>: all that the table holds.</param>
    /// <param name="options">When it loads, and what becomes of a load that throws; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="channel"/>, <paramref name="load"/> or the scheduler of <paramref name="options"/> is
    /// <see langword="null"/>.
    /// </exception>
    /// <inheritdoc cref="CatchUp{T}(IObservable{ChannelSignal}, Func{CatchUpCursor?, CancellationToken, Task{CatchUpBatch{T}}}, CatchUpCursor?, LiveQueryOptions?)" path="/*[self::summary or self::remarks or self::typeparam or self::returns or (self::exception and not(contains(@cref,'ArgumentNull')))]"/>
    public static IObservable<CatchUpBatch<T>> CatchUp<T>(
        this PgChannel channel,
        Func<CatchUpCursor?, CancellationToken, Task<CatchUpBatch<T>>> load,
        CatchUpCursor? cursor = null,
        LiveQueryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.Signals.CatchUp(load, cursor, options);
    }
}
