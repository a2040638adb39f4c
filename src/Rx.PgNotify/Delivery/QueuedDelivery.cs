namespace Rx.PgNotify.Delivery;

/// <summary>What has observers to call, and is queued or running at most once at any moment, so that its calls never overlap.</summary>
abstract class QueuedDelivery : IThreadPoolWorkItem
{
    /// <summary>Queues it. Call this when it is neither queued nor running, nor parked.</summary>
    internal void Queue() => DeliveryQueue.Shared.Add(this);

    /// <summary>Calls observers, who may take their time, or never return.</summary>
    internal abstract void Deliver();

    void IThreadPoolWorkItem.Execute() => DeliveryQueue.Shared.RunOnPool(this);
}
