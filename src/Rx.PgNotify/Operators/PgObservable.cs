namespace Rx.PgNotify;

/// <summary>
/// Operators that turn bursts of values into what one wants of them. They work on any <see cref="IObservable{T}"/>.
/// </summary>
/// <remarks>
/// Each takes its time from one <see cref="System.Reactive.Concurrency.IScheduler"/>, reads no wall clock, keeps no
/// timer running while it has nothing to emit, never calls its observer while it holds a lock, and never calls it
/// twice at once. Like all of Rx it counts on a source that does not call it twice at once either; a source that does
/// goes through <c>Synchronize()</c> first.
/// </remarks>
public static partial class PgObservable;
