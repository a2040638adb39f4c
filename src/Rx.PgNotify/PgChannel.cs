namespace Rx.PgNotify;

/// <summary>Stub.</summary>
public sealed class PgChannel : IObservable<Notification>
{
    internal PgChannel()
    {
    }

    /// <summary>Stub.</summary>
    public string Name => throw new NotSupportedException();

    /// <summary>Stub.</summary>
    public IObservable<ChannelSignal> Signals => throw new NotSupportedException();

    /// <summary>Stub.</summary>
    public IDisposable Subscribe(IObserver<Notification> observer) => throw new NotSupportedException();

    /// <summary>Stub.</summary>
    public Task<IDisposable> SubscribeAsync(IObserver<Notification> observer, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    /// <summary>Stub.</summary>
    public Task<IDisposable> SubscribeAsync(IObserver<ChannelSignal> observer, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
}
