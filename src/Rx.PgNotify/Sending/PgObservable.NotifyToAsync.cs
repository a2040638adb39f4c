using Rx.PgNotify.Sending;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    const int MostUncommitted = 65_536;

    /// <summary>Sends each value as a notification, in order, many in one commit.</summary>
    /// <remarks>
    /// <para>
    /// The first failure, of the source or of a send, ends the subscription and fails the task; what has no commit under way
    /// by then is not sent. The task completes, or fails, when nothing is under way any more.
    /// </para>
    /// <para>
    /// A source can't be asked to wait, and its thread is not held up: one that is ahead of the commits by more than
    /// <paramref name="capacity"/> values fails with <see cref="PgNotifierError.Overflow"/>. Nothing is dropped without a
    /// word. To send only the latest when it gets too much: <c>SelectConflated</c> with
    /// <see cref="PgNotifier.NotifyAsync"/>. To send from a loop that can wait: <see cref="PgNotifier.EnqueueAsync"/>.
    /// </para>
    /// </remarks>
    /// <param name="source">The payloads, each at most 7,999 bytes of UTF-8.</param>
    /// <param name="notifier">What sends them. It is not disposed.</param>
    /// <param name="channel">1 to 63 bytes of UTF-8.</param>
    /// <param name="capacity">How many values may be ahead of the commits. Default 65,536; 1 or more.</param>
    /// <param name="cancellationToken">Ends the subscription, withdraws what has no commit under way, and cancels the task.</param>
    /// <returns>Completes when the source has completed and everything is committed.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="source"/> or <paramref name="notifier"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="channel"/> can't be a channel; the message names the limit. The task fails with one if a value can't be a payload.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is less than 1.</exception>
    /// <exception cref="PgNotifierException">A send failed, or the source was too fast. The task fails with it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The task fails with it.</exception>
    public static Task NotifyToAsync(
        this IObservable<string> source,
        PgNotifier notifier,
        string channel,
        int capacity = MostUncommitted,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(notifier);
        Validate(source, channel, capacity);
        return new NotifySink(notifier, channel, capacity).RunAsync(source, cancellationToken);
    }

    static void Validate(IObservable<string> source, string channel, int capacity)
    {
        ArgumentNullException.ThrowIfNull(source);
        ChannelName.Validate(channel, nameof(channel));
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
    }
}
