namespace Rx.PgNotify.Tables;

/// <summary>What a channel says of a table: its changes one by one, or what was committed since a cursor.</summary>
/// <remarks>
/// Each is an extension method of <see cref="IObservable{T}"/> of <see cref="ChannelSignal"/>, and of
/// <see cref="PgChannel"/>, whose <see cref="PgChannel.Signals"/> it takes: both need the Resyncs.
/// </remarks>
public static partial class TableObservable;
