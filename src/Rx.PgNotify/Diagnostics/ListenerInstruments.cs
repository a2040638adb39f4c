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
        Count("received", series => series.Received, "Notifications received from the server.");
        Count("delivered", series => series.Delivered, "Notifications taken from the queue for a subscriber, counted once for each.");
        Count("dropped", series => series.Deliveries.Dropped, "Notifications that a subscriber which was too slow has lost, counted once for each.");
        meter.CreateSafely(meter => meter.CreateObservableUpDownCounter(
            "pgnotify.listener.count", CountStates, "{listener}", "Listeners in each state."));
        Level("channel.count", listener => listener.Channels, "{channel}", "Channels that the server listens to.");
        Level("subscriber.count", listener => listener.Subscribers, "{subscriber}", "Subscribers of all channels.");
        Level("queue.length", listener => listener.QueueLength, "{notification}", "Notifications that are kept for the slowest subscriber of their channel.");
        Level("queue.size", listener => listener.QueueBytes, "By", "Memory of what is kept for subscribers, as counted against BufferBytes.");
        Reconnects = meter.CreateSafely(meter => meter.CreateCounter<long>(
            "pgnotify.listener.reconnects", "{reconnect}", "Connections that stand again after a loss or failed attempts."));
        Heartbeats = meter.CreateSafely(meter => meter.CreateHistogram(
            "pgnotify.listener.heartbeat.duration", "s", "Round trip of a heartbeat that was answered.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            }));

        void Count(string what, Func<ListenerSeries, long> count, string description) =>
            meter.CreateSafely(meter => meter.CreateObservableCounter(
                $"pgnotify.listener.{what}.notifications", () => Counts(count), "{notification}", description));

        void Level(string what, Func<ListenerMetrics, long> level, string unit, string description) =>
            meter.CreateSafely(meter => meter.CreateObservableUpDownCounter(
                $"pgnotify.listener.{what}", () => Levels(level), unit, description));
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

    // A listener that is being disposed may still be among them.
    IEnumerable<Measurement<long>> CountStates() =>
        from series in _series.Values
        from state in series.Listeners
            .Select(listener => listener.State)
            .Where(state => state is not ListenerState.Disposed)
            .CountBy(state => state.GetType().Name)
        select new Measurement<long>(state.Value, [.. series.Tags, new("pgnotify.listener.state", state.Key)]);
}
