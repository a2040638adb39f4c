using System.Diagnostics.Metrics;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Nats.Diagnostics;

/// <summary>What bridges report beside what their listener does.</summary>
sealed class BridgeInstruments
{
    internal BridgeInstruments(Meter meter, Func<IEnumerable<BridgeMetrics>> bridges)
    {
        Forwarded = meter.CreateSafely(meter => meter.CreateCounter<long>(
            "pgnotify.nats.bridge.forwarded.notifications", "{notification}", "Notifications that were published."));
        Messages = meter.CreateSafely(meter => meter.CreateCounter<long>(
            "pgnotify.nats.bridge.messages", "{message}", "Messages with notifications that were published: several share one when they come fast."));
        Terms = meter.CreateSafely(meter => meter.CreateCounter<long>(
            "pgnotify.nats.bridge.epochs", "{epoch}", "Times that this process has taken the role."));
        Level("at_work", bridge => bridge.IsAtWork ? 1 : 0, "{bridge}", "1 while this process is at work, 0 while it stands by or fails.");
        Level("channels", bridge => bridge.Channels, "{channel}", "Channels that are forwarded.");

        void Level(string what, Func<BridgeMetrics, long> level, string unit, string description) =>
            meter.CreateSafely(meter => meter.CreateObservableUpDownCounter(
                $"pgnotify.nats.bridge.{what}",
                () => bridges().Select(bridge => new Measurement<long>(level(bridge), bridge.Tags)),
                unit, description));
    }

    internal Counter<long>? Forwarded { get; }

    internal Counter<long>? Messages { get; }

    internal Counter<long>? Terms { get; }
}
