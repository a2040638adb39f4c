using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Diagnostics;

/// <summary>What the receivers of one name report.</summary>
sealed class ReceiverMetrics(ReceiverInstruments instruments, string? name)
{
    long _epoch;

    internal KeyValuePair<string, object?>[] Tags { get; } = name is null ? [] : [new("pgnotify.listener.name", name)];

    internal long Epoch => Volatile.Read(ref _epoch);

    internal void Began(Epoch epoch)
    {
        Volatile.Write(ref _epoch, epoch.Order);
        instruments.Epochs.AddSafely(1, Tags);
    }

    internal void Lost(long notifications) => instruments.Lost.AddSafely(notifications, Tags);

    internal void FencedOff() => instruments.FencedOff.AddSafely(1, Tags);

    internal void ReceivedAfter(long sentAt)
    {
        if (instruments.Lag is { Enabled: true } lag)
            lag.RecordSafely(TimeSpan.FromMilliseconds(Math.Max(0, WallClock.Now - sentAt)), Tags);
    }
}
