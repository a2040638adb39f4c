using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Runtime.CompilerServices;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// <see cref="CoalesceBy{T,TKey}"/> for the signals of one or several channels: of each burst every Resync, united to
    /// one for each channel, and after them the latest notification of each key.
    /// </summary>
    /// <remarks>
    /// No Resync is lost: a burst's Resyncs of one channel have their reasons united and their dropped notifications
    /// added up. They come first in the list, whatever the order of arrival, so a notification behind one may have come
    /// before it: what is read anew at the Resync already contains it. A Resync has no key:
    /// <paramref name="keySelector"/> is not called for it.
    /// </remarks>
    /// <inheritdoc cref="CoalesceBy{T,TKey}" path="/typeparam[@name='TKey']|/param|/exception[not(@cref='T:System.ArgumentException')]"/>
    /// <returns>One list for each burst: the Resyncs, then the notifications.</returns>
    [OverloadResolutionPriority(2)] // x => x.Channel fits all three: no Resync is lost whichever is taken
    public static IObservable<IReadOnlyList<ChannelSignal>> CoalesceBy<TKey>(
        this IObservable<ChannelSignal> source,
        Func<Notification, TKey> keySelector,
        TimeSpan quiet,
        TimeSpan maxWait,
        IEqualityComparer<TKey>? comparer = null,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(keySelector);
        return source.CoalesceBy(
            (ChannelSignal signal) => keySelector(signal.Notification), quiet, maxWait, comparer, scheduler);
    }

    /// <inheritdoc cref="CoalesceBy{TKey}(IObservable{ChannelSignal},Func{Notification,TKey},TimeSpan,TimeSpan,IEqualityComparer{TKey}?,IScheduler?)"/>
    [OverloadResolutionPriority(1)]
    public static IObservable<IReadOnlyList<ChannelSignal>> CoalesceBy<TKey>(
        this IObservable<ChannelSignal> source,
        Func<ChannelSignal, TKey> keySelector,
        TimeSpan quiet,
        TimeSpan maxWait,
        IEqualityComparer<TKey>? comparer = null,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(keySelector);
        var timing = BurstTiming.Create(quiet, maxWait, scheduler);
        return Observable.Create<IReadOnlyList<ChannelSignal>>(
            observer => new CoalesceBySignalsSink<TKey>(observer, keySelector, comparer, timing).SubscribeTo(source));
    }

    sealed class CoalesceBySignalsSink<TKey>(
        IObserver<IReadOnlyList<ChannelSignal>> observer,
        Func<ChannelSignal, TKey> keySelector,
        IEqualityComparer<TKey>? comparer,
        BurstTiming timing)
        : DeadlineSink<ChannelSignal, IReadOnlyList<ChannelSignal>, BurstDeadline>(
            observer, timing.Scheduler, new(timing))
    {
        readonly ResyncSet _resyncs = new();
        readonly LatestByKey<ChannelSignal, TKey> _notifications = new(keySelector, comparer);

        public override void OnNext(ChannelSignal value)
        {
            try
            {
                if (!value.IsResync)
                    _notifications.Find(value);
            }
            catch (Exception error)
            {
                Fail(error);
                return;
            }

            base.OnNext(value);
        }

        protected override void Add(ChannelSignal value)
        {
            if (value.IsResync)
                _resyncs.Add(value);
            else
                _notifications.Add(value);
        }

        protected override IReadOnlyList<ChannelSignal> Take()
        {
            var signals = _resyncs.Take();
            var notifications = _notifications.Take();
            if (signals.Count == 0)
                return notifications;
            signals.AddRange(notifications);
            return signals;
        }
    }
}
