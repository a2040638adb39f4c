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
    /// <inheritdoc cref="Debounce{T}" path="/param|/exception"/>
    /// <returns>The Resyncs and at most one notification for each burst.</returns>
    public static IObservable<ChannelSignal> Debounce(
        this IObservable<ChannelSignal> source, TimeSpan quiet, TimeSpan maxWait, IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var timing = BurstTiming.Create(quiet, maxWait, scheduler);
        return Observable.Create<IReadOnlyList<ChannelSignal>>(
                observer => new DebounceSignalsSink(observer, timing).SubscribeTo(source))
            .SelectMany(signals => signals);
    }

    sealed class DebounceSignalsSink(IObserver<IReadOnlyList<ChannelSignal>> observer, BurstTiming timing)
        : BurstSink<ChannelSignal, IReadOnlyList<ChannelSignal>>(observer, timing)
    {
        // One for each channel that had any: rare and few.
        List<ChannelSignal> _resyncs = [];
        ChannelSignal? _latest;

        protected override void Add(ChannelSignal value)
        {
            if (!value.IsResync)
            {
                _latest = value;
                return;
            }

            var known = _resyncs.FindIndex(r => string.Equals(r.Channel, value.Channel, StringComparison.Ordinal));
            if (known < 0)
                _resyncs.Add(value);
            else
                _resyncs[known] = ChannelSignal.Resync(
                    value.Channel, _resyncs[known].Reasons | value.Reasons, _resyncs[known].Dropped + value.Dropped);
        }

        protected override IReadOnlyList<ChannelSignal> Take()
        {
            var signals = _resyncs;
            _resyncs = [];
            if (_latest is { } latest)
                signals.Add(latest);
            _latest = null;
            return signals;
        }
    }
}
