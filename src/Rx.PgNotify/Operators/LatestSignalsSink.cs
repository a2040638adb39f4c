using System.Reactive.Concurrency;

namespace Rx.PgNotify;

/// <summary>Of the signals until the deadline every Resync, united to one for each channel, and the latest notification.</summary>
sealed class LatestSignalsSink<TDeadline>(
    IObserver<IReadOnlyList<ChannelSignal>> observer, IScheduler scheduler, TDeadline deadline)
    : DeadlineSink<ChannelSignal, IReadOnlyList<ChannelSignal>, TDeadline>(observer, scheduler, deadline)
    where TDeadline : struct, IDeadline
{
    readonly ResyncSet _resyncs = new();
    ChannelSignal? _latest;

    protected override void Add(ChannelSignal value)
    {
        if (value.IsResync)
            _resyncs.Add(value);
        else
            _latest = value;
    }

    protected override IReadOnlyList<ChannelSignal> Take()
    {
        var signals = _resyncs.Take();
        if (_latest is { } latest)
            signals.Add(latest);
        _latest = null;
        return signals;
    }
}
