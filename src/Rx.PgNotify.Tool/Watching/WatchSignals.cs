namespace Rx.PgNotify.Tool.Watching;

/// <summary>What a signal of the trigger's channel says.</summary>
static class WatchSignals
{
    internal static IReadOnlyList<WatchEvent> Read(ChannelSignal signal) => signal switch
    {
        { IsNotification: true } => ChangePayload.Read(signal.Notification.Payload),
        // At the beginning nothing can be missing: the trigger is not installed yet.
        { IsResync: true, Reasons: ResyncReasons.Subscribed } => [],
        { IsResync: true } => [new WatchEvent.Gap(signal.Reasons, signal.Dropped)],
        _ => [],
    };
}
