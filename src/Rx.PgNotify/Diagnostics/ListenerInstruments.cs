using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Rx.PgNotify.Diagnostics;

/// <summary>
/// The instruments of all listeners on one meter. What changes with each notification is observed: read from plain
/// counts when somebody collects, so that it costs the same whether anybody does.
/// </summary>
sealed class ListenerInstruments
{
    readonly ConcurrentDictionary<string, ListenerSeries> _series = new(StringComparer.Ordinal);

    internal ListenerInstruments(Meter meter)
    {
        meter.CreateSafely(meter => meter.CreateObservableCounter(
            "pgnotify.listener.received.notifications", () => Counts(series => series.Received),
            "{notification}", "Notifications received from the server."));
        meter.CreateSafely(meter => meter.CreateObservableCounter(
            "pgnotify.listener.delivered.notifications", () => Counts(series => series.Delivered),
            "{notification}", "Notifications taken from the queue for a subscriber, counted once for each."));
        meter.CreateSafely(meter => meter.CreateObservableCounter(
            "pgnotify.listener.dropped.notifications", () => Counts(series => series.Deliveries.Dropped),
            "{notification}", "Notifications that a subscriber which was too slow has lost, counted once for each."));
        meter.CreateSafely(meter => meter.CreateObservableUpDownCounter(
            "pgnotify.listener.count", CountStates, "{listener}", "Listeners in each state."));
        meter.CreateSafely(meter => meter.CreateObservableUpDownCounter(
            "pgnotify.listener.channel.count", () => Levels(listener => listener.Channels),
            "{channel}", "Channels that the server listens to."));
        meter.CreateSafely(meter => meter.CreateObservableUpDownCounter(
            "pgnotify.listener.subscriber.count", () => Levels(listener => listener.Subscribers),
            "{subscriber}", "Subscribers of all channels."));
        meter.CreateSafely(meter => meter.CreateObservableUpDownCounter(
            "pgnotify.listener.queue.length", () => Levels(listener => listener.QueueLength),
            "{notification}", "Notifications that are kept for the slowest subscriber of their channel."));
        meter.CreateSafely(meter => meter.CreateObservableUpDownCounter(
            "pgnotify.listener.queue.size", () => Levels(listener => listener.QueueBytes),
            "By", "Memory of what is kept for subscribers, as counted against BufferBytes."));
        Reconnects = meter.CreateSafely(meter => meter.CreateCounter<long>(
            "pgnotify.listener.reconnects", "{reconnect}", "Connections that stand again after a loss or failed attempts."));
        Heartbeats = meter.CreateSafely(meter => meter.CreateHistogram(
            "pgnotify.listener.heartbeat.duration", "s", "Round trip of a heartbeat that was answered.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            }));
    }

    internal Counter<long>? Reconnects { get; }

    internal Histogram<double>? Heartbeats { get; }

    internal ListenerSeries SeriesOf(string? name) =>
        _series.GetOrAdd(name ?? "", static (_, name) => new ListenerSeries(name), name);

    IEnumerable<Measurement<long>> Counts(Func<ListenerSeries, long> count) =>
        _series.Values.Select(series => new Measurement<long>(count(series), series.Tags));

    IEnumerable<Measurement<long>> Levels(Func<ListenerMetrics, long> level) =>
        from series in _series.Values
        let listeners = series.Listeners
        where listeners.Count > 0
        select new Measurement<long>(listeners.Sum(level), series.Tags);

    // One that is being disposed may be among them still.
    IEnumerable<Measurement<long>> CountStates() =>
        from series in _series.Values
        from state in series.Listeners
            .Select(listener => listener.State)
            .Where(state => state is not ListenerState.Disposed)
            .CountBy(state => state.GetType().Name)
        select new Measurement<long>(state.Value, [.. series.Tags, new("pgnotify.listener.state", state.Key)]);
}
