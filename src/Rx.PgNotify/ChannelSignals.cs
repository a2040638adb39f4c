using System.Reactive;
using System.Runtime.CompilerServices;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.Listening;

namespace Rx.PgNotify;

/// <summary>
/// The notifications of a channel together with its Resyncs: <see cref="PgChannel.Signals"/>. Everything said of
/// <see cref="PgChannel"/> holds here too.
/// </summary>
public sealed class ChannelSignals : IObservable<ChannelSignal>
{
    readonly SharedListener _listener;
    readonly string _channel;

    internal ChannelSignals(SharedListener listener, string channel)
    {
        _listener = listener;
        _channel = channel;
    }

    /// <summary>Subscribes to the signals. Returns at once; the connection is made in the background.</summary>
    /// <param name="observer">Is called with each signal, on the threads and in the order of <see cref="PgChannel"/>.</param>
    /// <returns>Ends the subscription.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="observer"/> is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public IDisposable Subscribe(IObserver<ChannelSignal> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return _listener.Subscribe(
            _channel, (hub, calls, release) => new SignalSubscription(hub, calls, release, null, observer));
    }

    /// <summary>Subscribes to the signals and completes when the server has acknowledged <c>LISTEN</c>.</summary>
    /// <inheritdoc cref="PgChannel.SubscribeAsync(IObserver{Notification}, CancellationToken)" path="/*[self::remarks or self::param or self::returns or self::exception]"/>
    public Task<IDisposable> SubscribeAsync(IObserver<ChannelSignal> observer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return JoinAsync(_ => observer, cancellationToken);
    }

    /// <summary>
    /// Subscribes to the signals and completes when the server has acknowledged <c>LISTEN</c>. There is no error handler: what
    /// fails the subscription after that is unhandled, as with Rx's <c>Subscribe(onNext)</c>.
    /// </summary>
    /// <param name="onNext">Is called for each notification and each Resync.</param>
    /// <param name="cancellationToken">Ends the waiting and the subscription; without effect once the task has completed.</param>
    /// <inheritdoc cref="PgChannel.SubscribeAsync(Action{Notification}, CancellationToken)" path="/*[self::remarks or self::returns or self::exception]"/>
    public Task<IDisposable> SubscribeAsync(Action<ChannelSignal> onNext, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(onNext);
        return JoinAsync(acknowledged => new HandlerlessObserver<ChannelSignal>(onNext, acknowledged), cancellationToken);
    }

    /// <summary>Subscribes to the signals and completes when the server has acknowledged <c>LISTEN</c>.</summary>
    /// <param name="onNext">Is called for each notification and each Resync.</param>
    /// <param name="onError">Is called with what fails the subscription, before the acknowledgement or after.</param>
    /// <param name="cancellationToken">Ends the waiting and the subscription; without effect once the task has completed.</param>
    /// <inheritdoc cref="PgChannel.SubscribeAsync(Action{Notification}, Action{Exception}, CancellationToken)" path="/*[self::remarks or self::returns or self::exception]"/>
    public Task<IDisposable> SubscribeAsync(
        Action<ChannelSignal> onNext, Action<Exception> onError, CancellationToken cancellationToken = default) =>
        SubscribeAsync(Observer.Create(onNext, onError), cancellationToken);

    /// <summary>The signals for <c>await foreach</c>, read when the loop asks for the next one.</summary>
    /// <param name="cancellationToken">Ends the enumeration, also while it waits.</param>
    /// <returns>
    /// Each enumeration is a subscription of its own. It begins with the first <c>MoveNextAsync</c>, not before, and ends
    /// with the loop, however that is left. The first signal is a Resync: what is committed after it will be read.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The listener was disposed before the enumeration began.</exception>
    /// <exception cref="PgListenerException">
    /// The server can't be used or refused the channel; thrown after what was buffered has been read.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; what is buffered is not read any more.</exception>
    /// <remarks>
    /// <para>
    /// A slow loop is a slow subscriber: when it is overrun, it reads a Resync with <see cref="ResyncReasons.Overflow"/>
    /// and the exact number it lost. The disposal of the listener ends the enumeration, after what was buffered.
    /// </para>
    /// <para>
    /// The loop's body runs where any <c>await</c> goes on: in its captured context, or on the thread pool;
    /// <see cref="ListenerOptions.DeliveryScheduler"/> does not matter. As with any enumerator, one
    /// <c>MoveNextAsync</c> at a time, and no <c>DisposeAsync</c> while it waits: cancel the token instead.
    /// </para>
    /// </remarks>
    public async IAsyncEnumerable<ChannelSignal> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var subscription = _listener.Subscribe(_channel, static (hub, _, release) => new PullSubscription(hub, release));
        using var cancellation = cancellationToken.UnsafeRegister(
            static subscription => ((PullSubscription)subscription!).Dispose(), subscription);
        while (true)
        {
            var batch = await subscription.ReadAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (batch.Count == 0)
                yield break;
            for (var i = 0; i < batch.Count; i++)
            {
                yield return batch[i];
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>For a log: the channel's name.</summary>
    /// <returns>Such as <c>ChannelSignals(orders)</c>.</returns>
    public override string ToString() => $"{nameof(ChannelSignals)}({_channel})";

    Task<IDisposable> JoinAsync(Func<Task, IObserver<ChannelSignal>> observer, CancellationToken cancellationToken) => _listener.SubscribeAsync(
        _channel,
        (hub, calls, release, joined) => new SignalSubscription(hub, calls, release, joined, observer(joined.Task)),
        cancellationToken);
}
