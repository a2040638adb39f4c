using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// <see cref="ThrottleLatest{T}"/> for the signals of one or several channels: the first signal at once, then, at
    /// most every <paramref name="interval"/>, every Resync since, united to one for each channel, and after them the
    /// latest notification.
    /// </summary>
    /// <remarks>
    /// No Resync is lost, and none waits for longer than <paramref name="interval"/> unless the observer is busy: those
    /// of one channel that wait together have their reasons united and their dropped notifications added up. They come
    /// before the notification, whatever the order of arrival: what is read anew at the Resync already contains it.
    /// </remarks>
    /// <inheritdoc cref="ThrottleLatest{T}" path="/param|/exception[not(@cref='T:System.ArgumentException')]"/>
    /// <returns>The first signal, and then Resyncs and at most one notification each time.</returns>
    public static IObservable<ChannelSignal> ThrottleLatest(
        this IObservable<ChannelSignal> source, TimeSpan interval, bool leading = true, IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var deadline = ThrottleDeadline.Create(interval, leading);
        return Observable.Create<IReadOnlyList<ChannelSignal>>(observer =>
                new LatestSignalsSink<ThrottleDeadline>(observer, scheduler ?? GuardedScheduling.Default, deadline)
                    .SubscribeTo(source))
            .SelectMany(signals => signals);
    }
}
