namespace Rx.PgNotify;

/// <summary>A notification that has a place in the queue of a notifier: what <see cref="PgNotifier.EnqueueAsync"/> returns.</summary>
/// <remarks>Immutable; costs no allocation.</remarks>
public readonly record struct EnqueuedNotification
{
    readonly Task? _committed;

    /// <summary>Creates one, for instance to test a program that enqueues, without a server.</summary>
    /// <param name="committed">Completes when it is committed.</param>
    /// <exception cref="ArgumentNullException"><paramref name="committed"/> is <see langword="null"/>.</exception>
    public EnqueuedNotification(Task committed)
    {
        ArgumentNullException.ThrowIfNull(committed);
        _committed = committed;
    }

    /// <summary>
    /// Completes when the notification is committed, and fails as the task of <see cref="PgNotifier.NotifyAsync"/> does: with a
    /// <see cref="PgNotifierException"/>, or with an <see cref="OperationCanceledException"/> if the token was cancelled.
    /// </summary>
    /// <remarks>
    /// Await it some time, in any order and on any thread: nothing else reports that the notification was not sent. A failure
    /// that nobody looks at ends in <see cref="TaskScheduler.UnobservedTaskException"/>.
    /// </remarks>
    /// <exception cref="InvalidOperationException">This is the default value of the struct, which no notifier has returned.</exception>
    public Task Committed =>
        _committed ?? throw new InvalidOperationException($"This is the default value of {nameof(EnqueuedNotification)}; {nameof(PgNotifier.EnqueueAsync)} returns another.");

    /// <summary>For a log: what has become of it, never the payload.</summary>
    /// <returns>Such as <c>EnqueuedNotification(RanToCompletion)</c>; <c>None</c> for the default value.</returns>
    public override string ToString() => _committed is { Status: var status } ? $"EnqueuedNotification({status})" : "None";
}
