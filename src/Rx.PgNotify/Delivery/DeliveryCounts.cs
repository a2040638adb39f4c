namespace Rx.PgNotify.Delivery;

/// <summary>What became of what was received, since the process began: sums, which only grow.</summary>
sealed class DeliveryCounts
{
    long _delivered;
    long _dropped;

    internal long Delivered => Volatile.Read(ref _delivered);

    internal long Dropped => Volatile.Read(ref _dropped);

    internal void AddDelivered(long notifications) => Interlocked.Add(ref _delivered, notifications);

    internal void AddDropped(long notifications) => Interlocked.Add(ref _dropped, notifications);
}
