using System.Reactive;

namespace Rx.PgNotify.IntegrationTests.Linq;

/// <summary>
/// A channel's signals, counted when the observer has returned: notifications, those that an overflow dropped, and the
/// Resyncs of each subscriber's beginning and of each reconnect.
/// </summary>
sealed class WitnessedSignals(PgChannel channel) : IObservable<ChannelSignal>
{
    int _subscribers;
    long _seen;

    public string Name => channel.Name;

    public int Subscribers => Volatile.Read(ref _subscribers);

    public long Seen => Interlocked.Read(ref _seen);

    public IDisposable Subscribe(IObserver<ChannelSignal> observer)
    {
        Interlocked.Increment(ref _subscribers);
        return channel.Signals.Subscribe(Observer.Create<ChannelSignal>(
            signal =>
            {
                observer.OnNext(signal);
                Interlocked.Add(ref _seen, signal.Dropped + (signal.Reasons == ResyncReasons.Overflow ? 0 : 1));
            },
            observer.OnError,
            observer.OnCompleted));
    }

    public Task UntilSeenAsync(long count) =>
        Eventually.IsTrueAsync(() => Seen >= count, expectation: $"{count} signals dealt with, so far {Seen}");
}
