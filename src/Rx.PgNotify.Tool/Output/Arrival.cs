namespace Rx.PgNotify.Tool.Output;

/// <summary>A notification, or a burst by its latest one.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Payload">The payload; of a burst the latest one.</param>
/// <param name="Count">How many notifications it stands for.</param>
/// <param name="ProcessId">The sender's process; <see langword="null"/> of a burst.</param>
readonly record struct Arrival(string Channel, string Payload, int Count, int? ProcessId)
{
    /// <returns><see langword="null"/> for what is neither.</returns>
    internal static Arrival? Of(ListenEvent item) => item switch
    {
        ListenEvent.Signal { Value: { IsNotification: true } signal } =>
            new Arrival(signal.Notification.Channel, signal.Notification.Payload, 1, signal.Notification.ProcessId),
        ListenEvent.Burst burst => new Arrival(burst.Channel, burst.Latest, burst.Count, null),
        _ => null,
    };
}
