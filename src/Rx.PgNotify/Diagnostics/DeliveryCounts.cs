namespace Rx.PgNotify.Diagnostics;

/// <summary>What became of what was received, since the process began. Added to once for each batch, not for each notification.</summary>
sealed class DeliveryCounts
{
    long _delivered;
    long _dropped;

    internal long Delivered => Volatile.Read(ref _delivered);

    internal long Dropped => Volatile.Read(ref _dropped);

    internal void AddDelivered(long notifications) => Interlocked.Add(ref _delivered, notifications);

    internal void AddDropped(long notifications) => Interlocked.Add(ref _dropped, notifications);
}
