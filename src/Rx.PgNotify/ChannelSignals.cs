using Rx.PgNotify.Delivery;

namespace Rx.PgNotify;

/// <summary>
/// The notifications of a channel together with its Resyncs: <see cref="PgChannel.Signals"/>. Everything said of
/// <see cref="PgChannel"/> holds here too.
/// </summary>
public sealed class ChannelSignals : IObservable<ChannelSignal>
{
    readonly PgListener _listener;
    readonly string _channel;

    internal ChannelSignals(PgListener listener, string channel)
    {
        _listener = listener;
        _channel = channel;
    }

    /// <summary>Subscribes to the signals. Returns at once; the connection is made in the background.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="observer"/> is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public IDisposable Subscribe(IObserver<ChannelSignal> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return _listener.Subscribe(
            _channel, (hub, calls, release) => new SignalSubscription(hub, calls, release, null, observer));
    }

    /// <inheritdoc cref="PgChannel.SubscribeAsync(IObserver{Notification}, CancellationToken)"/>
    /// <summary>Subscribes to the signals and completes when the server has acknowledged <c>LISTEN</c>.</summary>
    public Task<IDisposable> SubscribeAsync(IObserver<ChannelSignal> observer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return _listener.SubscribeAsync(
            _channel,
            (hub, calls, release, joined) => new SignalSubscription(hub, calls, release, joined, observer),
            cancellationToken);
    }
}
