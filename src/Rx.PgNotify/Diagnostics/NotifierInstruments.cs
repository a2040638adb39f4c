using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace Rx.PgNotify.Diagnostics;

/// <summary>The instruments of all notifiers on one meter. They are updated once a round trip.</summary>
sealed class NotifierInstruments
{
    // Weak: a notifier that nobody uses and nobody has disposed is not kept alive by being watched.
    readonly ConditionalWeakTable<NotifierMetrics, object?> _notifiers = [];

    internal NotifierInstruments(Meter meter)
    {
        Sent = meter.CreateSafely(meter => meter.CreateCounter<long>(
            "pgnotify.notifier.sent.notifications", "{notification}", "Notifications that are committed."));
        Failed = meter.CreateSafely(meter => meter.CreateCounter<long>(
            "pgnotify.notifier.failed.notifications", "{notification}", "Sends that have failed, or whose outcome is not known."));
        Commits = meter.CreateSafely(meter => meter.CreateCounter<long>(
            "pgnotify.notifier.commits", "{commit}", "Commits made."));
        RoundTrips = meter.CreateSafely(meter => meter.CreateHistogram(
            "pgnotify.notifier.commit.duration", "s", "Round trip of one or more commits, whatever their outcome.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 10],
            }));
        meter.CreateSafely(meter => meter.CreateObservableUpDownCounter(
            "pgnotify.notifier.queue.length", CountPending, "{notification}", "Sends whose outcome is not known yet."));
    }

    internal Counter<long>? Sent { get; }

    internal Counter<long>? Failed { get; }

    internal Counter<long>? Commits { get; }

    internal Histogram<double>? RoundTrips { get; }

    internal void Add(NotifierMetrics notifier) => _notifiers.Add(notifier, null);

    internal void Remove(NotifierMetrics notifier) => _notifiers.Remove(notifier);

    IEnumerable<Measurement<long>> CountPending() =>
        _notifiers.Select(notifier => notifier.Key)
            .GroupBy(notifier => notifier.Name, StringComparer.Ordinal)
            .Select(named => new Measurement<long>(named.Sum(notifier => notifier.Pending), NotifierMetrics.TagsOf(named.Key)));
}
