using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Listening;

/// <summary>The stream behind <c>pgnotify listen</c>.</summary>
static class ListenEvents
{
    /// <summary>
    /// Everything there is to write, in order for each channel; ends when the channels end or with the notification
    /// number <paramref name="count"/>.
    /// </summary>
    internal static IObservable<ListenEvent> Of(
        IObservable<ListenerState> states, IReadOnlyList<PgChannel> channels, int? count, BurstTiming? burst, IScheduler scheduler)
    {
        var signals = channels.Select(channel => channel.Signals).Merge();
        if (count is { } limit)
            signals = signals.TakeNotifications(limit);
        var events = burst is { } timing
            ? signals.GroupBy(signal => signal.Channel).SelectMany(channel => channel.Bursts(timing, scheduler))
            : signals.Select(signal => (ListenEvent)new ListenEvent.Signal(signal));
        return events.Publish(shared => shared.Merge(Shown(states).TakeUntil(shared.IgnoreElements().Materialize())));
    }

    // Idle and Disposed are the tool's own start and end, Faulted arrives as the error of the channels.
    static IObservable<ListenEvent> Shown(IObservable<ListenerState> states) => states
        .Where(state => state is ListenerState.Connecting or ListenerState.Listening or ListenerState.Reconnecting)
        .Select(state => (ListenEvent)new ListenEvent.State(state));

    static IObservable<ChannelSignal> TakeNotifications(this IObservable<ChannelSignal> signals, int count) =>
        Observable.Defer(() =>
        {
            var left = count;
            return signals.TakeUntil(signal => signal.IsNotification && --left == 0);
        });

    /// <summary>
    /// One channel's notifications as bursts. A Resync ends the burst before it, so that the order of both is kept.
    /// </summary>
    internal static IObservable<ListenEvent> Bursts(this IObservable<ChannelSignal> channel, BurstTiming timing, IScheduler scheduler) =>
        channel.Publish(signals =>
        {
            var resyncs = signals.Where(signal => signal.IsResync);
            var bursts = signals
                .Where(signal => signal.IsNotification)
                .TakeUntil(resyncs)
                .Select(signal => signal.Notification)
                .Coalesce(timing.Quiet, timing.MaxWait, scheduler)
                .Select(burst => (ListenEvent)new ListenEvent.Burst(burst[0].Channel, burst.Count, burst[^1].Payload));
            return resyncs.Select(resync => bursts.StartWith(new ListenEvent.Signal(resync))).Concat();
        });
}
