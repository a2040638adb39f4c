namespace Rx.PgNotify;

/// <summary>
/// Operators over notifications and signals, and over any other <see cref="IObservable{T}"/>: for bursts, for the present
/// state, for typed payloads, for sending. None of them loses a Resync.
/// </summary>
/// <remarks>
/// Those that need time take it from one <see cref="System.Reactive.Concurrency.IScheduler"/>. None reads a wall clock, or keeps
/// a timer running while it has nothing to emit; none calls its observer while it holds a lock, or twice at once. Like all of Rx it counts on a source that does not call it twice at once either; a source that does
/// goes through <c>Synchronize()</c> first.
/// </remarks>
public static partial class PgObservable;
