namespace Rx.PgNotify.Diagnostics;

/// <summary>What a listener's gauges read when somebody collects: each is thread-safe and takes no longer than a short lock.</summary>
/// <param name="State">What the listener is doing.</param>
/// <param name="Channels">The channels that the server listens to for it.</param>
/// <param name="Subscribers">The subscriptions of all channels.</param>
/// <param name="QueueLength">The notifications that are kept for subscribers.</param>
/// <param name="QueueBytes">What these cost.</param>
/// <param name="CountDeliveries">Adds what was delivered and not counted yet to the series' counts.</param>
sealed record ListenerReadings(
    Func<ListenerState> State,
    Func<int> Channels,
    Func<int> Subscribers,
    Func<long> QueueLength,
    Func<long> QueueBytes,
    Action CountDeliveries);
