namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>
/// The listener ended before it listened to what a run has read: the sequence ends with the listener's error, or completes if
/// the listener was disposed. Nobody sees it.
/// </summary>
/// <param name="error">The listener's.</param>
sealed class ListenerEndedException(Exception? error) : Exception("The listener has ended.", error);
