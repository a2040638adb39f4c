using System.Diagnostics.Metrics;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Nats.Diagnostics;

/// <summary>What receivers report beside what every listener does.</summary>
sealed class ReceiverInstruments
{
    internal ReceiverInstruments(Meter meter, Func<IEnumerable<ReceiverMetrics>> receivers)
    {
        Lost = meter.CreateSafely(meter => meter.CreateCounter<long>(
            "pgnotify.nats.receiver.lost.notifications", "{notification}", "Notifications that were lost between the bridge and here."));
        FencedOff = meter.CreateSafely(meter => meter.CreateCounter<long>(
            "pgnotify.nats.receiver.fenced.messages", "{message}", "Messages of a bridge that had lost its role."));
        Epochs = meter.CreateSafely(meter => meter.CreateCounter<long>(
            "pgnotify.nats.receiver.epochs", "{epoch}", "Times that a bridge at work was found."));
        Lag = meter.CreateSafely(meter => meter.CreateHistogram(
            "pgnotify.nats.receiver.lag", "s", "From the bridge to here, by the clocks of both machines.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] }));
        meter.CreateSafely(meter => meter.CreateObservableGauge(
            "pgnotify.nats.receiver.epoch",
            () => receivers().Where(receiver => receiver.Epoch != 0).Select(receiver => new Measurement<long>(receiver.Epoch, receiver.Tags)),
            description: "The order of the epoch that was heard last: the same on all receivers of a bridge."));
    }

    internal Counter<long>? Lost { get; }

    internal Counter<long>? FencedOff { get; }

    internal Counter<long>? Epochs { get; }

    internal Histogram<double>? Lag { get; }
}
