using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// <see cref="Debounce{T}"/> for the signals of one or several channels: of each burst the latest notification, and
    /// before it every Resync, united to one for each channel.
    /// </summary>
    /// <remarks>
    /// No Resync is lost: a burst's Resyncs of one channel have their reasons united and their dropped notifications
    /// added up. They are emitted first, whatever the order of arrival, so a notification that follows one may have
    /// come before it: what is read anew at the Resync already contains it.
    /// </remarks>
    /// <inheritdoc cref="Debounce{T}" path="/param|/exception[not(@cref='T:System.ArgumentException')]"/>
    /// <returns>The Resyncs and at most one notification for each burst.</returns>
    public static IObservable<ChannelSignal> Debounce(
        this IObservable<ChannelSignal> source, TimeSpan quiet, TimeSpan maxWait, IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var timing = BurstTiming.Create(quiet, maxWait, scheduler);
        return Observable.Create<IReadOnlyList<ChannelSignal>>(observer =>
                new LatestSignalsSink<BurstDeadline>(observer, timing.Scheduler, new(timing)).SubscribeTo(source))
            .SelectMany(signals => signals);
    }
}
