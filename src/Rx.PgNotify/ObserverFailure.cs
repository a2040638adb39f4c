namespace Rx.PgNotify;

/// <summary>An exception thrown by an observer; see <see cref="ListenerOptions.ObserverFailed"/>.</summary>
public readonly record struct ObserverFailure
{
    /// <summary>Creates one, for instance to test what takes it.</summary>
    /// <param name="channel">
    /// The channel the observer was subscribed to; <see langword="null"/> for an observer of <see cref="PgListener.State"/>.
    /// </param>
    /// <param name="exception">What it threw.</param>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is <see langword="null"/>.</exception>
    public ObserverFailure(string? channel, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        Channel = channel;
        Exception = exception;
    }

    /// <summary>
    /// The channel the observer was subscribed to; <see langword="null"/> for an observer of <see cref="PgListener.State"/>, and of a query
    /// of the package Rx.PgNotify.EntityFrameworkCore that has read no table yet.
    /// </summary>
    public string? Channel { get; }

    /// <summary>What it threw.</summary>
    public Exception Exception { get; }
}
