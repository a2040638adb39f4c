using System.Reactive;
using System.Runtime.CompilerServices;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.Listening;

namespace Rx.PgNotify;

/// <summary>
/// One channel of a <see cref="PgListener"/>, or of another listener of the library: a hot observable of its notifications. The first subscriber of a channel
/// makes the server listen, the last one to go ends that after a linger; all others share.
/// </summary>
/// <remarks>
/// <para>
/// Calls to one observer never overlap and come in commit order; different observers are called independently, on the
/// thread pool or on <see cref="ListenerOptions.DeliveryScheduler"/>. Subscribing, disposing and sending are legal
/// inside <c>OnNext</c>. After <c>Dispose</c> has returned, at most the one <c>OnNext</c> that was already under way on
/// another thread may still be seen.
/// </para>
/// <para>
/// A lost connection is no error: the stream goes on when it is back. What was sent in between is lost, as is what a
/// subscriber that is too slow could not keep; only <see cref="Signals"/> reports it. <c>OnError</c> brings a
/// <see cref="PgListenerException"/> for what retrying can't mend; <c>OnCompleted</c> follows the disposal of the
/// listener, and its <see cref="ListenerOptions.StoppingToken"/>.
/// </para>
/// </remarks>
public sealed class PgChannel : IObservable<Notification>
{
    readonly SharedListener _listener;

    internal PgChannel(SharedListener listener, string name)
    {
        _listener = listener;
        Name = name;
        Signals = new ChannelSignals(listener, name);
    }

    /// <summary>The channel's name.</summary>
    public string Name { get; }

    /// <summary>
    /// The channel's notifications and, in the same order, a Resync wherever some may be missing. The first signal is
    /// always a Resync: the server listens, read the present state now.
    /// </summary>
    public ChannelSignals Signals { get; }

    /// <summary>Subscribes to the notifications. Returns at once; the connection is made in the background.</summary>
    /// <param name="observer">Is called with each notification, on the threads and in the order of <see cref="PgChannel"/>.</param>
    /// <returns>Ends the subscription.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="observer"/> is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public IDisposable Subscribe(IObserver<Notification> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return _listener.Subscribe(
            Name, (hub, calls, release) => new NotificationSubscription(hub, calls, release, null, observer));
    }

    /// <summary>
    /// Subscribes to the notifications and completes when the server has acknowledged <c>LISTEN</c>: what is committed
    /// from then on is received, by all who subscribed to this channel before.
    /// </summary>
    /// <param name="observer">Is called as with <see cref="Subscribe"/>, perhaps before the task completes.</param>
    /// <param name="cancellationToken">
    /// Ends the waiting and the subscription; without effect once the task has completed. Without it an unreachable host
    /// is waited for as long as it takes.
    /// </param>
    /// <returns>The subscription. What fails it for good fails the observer and the task, each with an exception of its own.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="observer"/> is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed, now or while waiting.</exception>
    /// <exception cref="PgListenerException">The server can't be used or refused the channel.</exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled; if attempts to connect have failed, the last cause is the inner exception. Or the listener's
    /// <see cref="ListenerOptions.StoppingToken"/> was.
    /// </exception>
    public Task<IDisposable> SubscribeAsync(IObserver<Notification> observer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return JoinAsync(_ => observer, cancellationToken);
    }

    /// <summary>
    /// Subscribes to the notifications and completes when the server has acknowledged <c>LISTEN</c>. There is no error
    /// handler: what fails the subscription after that is unhandled, as with Rx's <c>Subscribe(onNext)</c>.
    /// </summary>
    /// <param name="onNext">Is called for each notification.</param>
    /// <param name="cancellationToken">Ends the waiting and the subscription; without effect once the task has completed.</param>
    /// <exception cref="ArgumentNullException"><paramref name="onNext"/> is <see langword="null"/>.</exception>
    /// <inheritdoc cref="SubscribeAsync(IObserver{Notification}, CancellationToken)" path="/*[self::remarks or self::returns or (self::exception and not(contains(@cref,'ArgumentNull')))]"/>
    public Task<IDisposable> SubscribeAsync(Action<Notification> onNext, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(onNext);
        return JoinAsync(acknowledged => new HandlerlessObserver<Notification>(onNext, acknowledged), cancellationToken);
    }

    /// <param name="onNext">Is called for each notification.</param>
    /// <param name="onError">Is called with what fails the subscription, before the acknowledgement or after.</param>
    /// <param name="cancellationToken">Ends the waiting and the subscription; without effect once the task has completed.</param>
    /// <exception cref="ArgumentNullException"><paramref name="onNext"/> or <paramref name="onError"/> is <see langword="null"/>.</exception>
    /// <inheritdoc cref="SubscribeAsync(IObserver{Notification}, CancellationToken)" path="/*[self::summary or self::remarks or self::returns or (self::exception and not(contains(@cref,'ArgumentNull')))]"/>
    public Task<IDisposable> SubscribeAsync(
        Action<Notification> onNext, Action<Exception> onError, CancellationToken cancellationToken = default) =>
        SubscribeAsync(Observer.Create(onNext, onError), cancellationToken);

    /// <summary>
    /// The notifications for <c>await foreach</c>, read when the loop asks for the next one. It can't distinguish a gap from
    /// silence, nor when the server begins to listen; <see cref="Signals"/> can.
    /// </summary>
    /// <returns>
    /// Each enumeration is a subscription of its own. It begins with the first <c>MoveNextAsync</c>, not before, and ends
    /// with the loop, however that is left.
    /// </returns>
    /// <remarks>
    /// A slow loop is a slow subscriber: when it is overrun, what it lost is missing without a word. The disposal of the
    /// listener ends the enumeration, after what was buffered. For everything else see
    /// <see cref="ChannelSignals.ReadAllAsync"/>.
    /// </remarks>
    /// <inheritdoc cref="ChannelSignals.ReadAllAsync" path="/*[self::param or self::exception]"/>
    public async IAsyncEnumerable<Notification> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var signal in Signals.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (signal.IsNotification)
                yield return signal.Notification;
        }
    }

    /// <summary>For a log: the channel's name.</summary>
    /// <returns>Such as <c>PgChannel(orders)</c>.</returns>
    public override string ToString() => $"{nameof(PgChannel)}({Name})";

    Task<IDisposable> JoinAsync(Func<Task, IObserver<Notification>> observer, CancellationToken cancellationToken) => _listener.SubscribeAsync(
        Name,
        (hub, calls, release, joined) => new NotificationSubscription(hub, calls, release, joined, observer(joined.Task)),
        cancellationToken);
}
