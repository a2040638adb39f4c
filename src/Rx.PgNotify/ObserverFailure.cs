namespace Rx.PgNotify;

/// <summary>An exception thrown by an observer; see <see cref="PgListenerOptions.ObserverFailed"/>.</summary>
/// <param name="Channel">
/// The channel the observer was subscribed to; <see langword="null"/> for an observer of <see cref="PgListener.State"/>.
/// </param>
/// <param name="Exception">What it threw.</param>
public readonly record struct ObserverFailure(string? Channel, Exception Exception);
