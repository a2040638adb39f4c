using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Nats.Diagnostics;

/// <summary>What the bridge of one prefix reports.</summary>
sealed class BridgeMetrics(BridgeInstruments instruments, string prefix)
{
    int _channels;
    int _isAtWork;

    internal KeyValuePair<string, object?>[] Tags { get; } = [new("pgnotify.nats.prefix", prefix)];

    internal bool IsAtWork => Volatile.Read(ref _isAtWork) != 0;

    internal int Channels => Volatile.Read(ref _channels);

    internal void Began()
    {
        Volatile.Write(ref _isAtWork, 1);
        instruments.Terms.AddSafely(1, Tags);
    }

    internal void Ended() => Volatile.Write(ref _isAtWork, 0);

    internal void ChannelAdded() => Interlocked.Increment(ref _channels);

    internal void ChannelRemoved() => Interlocked.Decrement(ref _channels);

    internal void Forwarded(int notifications)
    {
        instruments.Forwarded.AddSafely(notifications, Tags);
        instruments.Messages.AddSafely(1, Tags);
    }
}
