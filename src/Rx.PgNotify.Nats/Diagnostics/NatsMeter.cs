using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Nats.Diagnostics;

/// <summary>The instruments of bridges and receivers on one meter.</summary>
sealed class NatsMeter
{
    internal const string Name = "Rx.PgNotify.Nats";

    static readonly MeterInstruments<NatsMeter> s_meters = new(Name, static meter => new NatsMeter(meter));

    readonly ConcurrentDictionary<string, ReceiverMetrics> _receivers = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, BridgeMetrics> _bridges = new(StringComparer.Ordinal);
    readonly ReceiverInstruments _receiverInstruments;
    readonly BridgeInstruments _bridgeInstruments;

    NatsMeter(Meter meter)
    {
        _receiverInstruments = new ReceiverInstruments(meter, () => _receivers.Values);
        _bridgeInstruments = new BridgeInstruments(meter, () => _bridges.Values);
    }

    /// <inheritdoc cref="MeterInstruments{T}.Of"/>
    internal static NatsMeter Of(IMeterFactory? factory) => s_meters.Of(factory);

    internal ReceiverMetrics Receivers(string? name) =>
        _receivers.GetOrAdd(name ?? "", (_, name) => new ReceiverMetrics(_receiverInstruments, name), name);

    internal BridgeMetrics Bridges(string prefix) =>
        _bridges.GetOrAdd(prefix, prefix => new BridgeMetrics(_bridgeInstruments, prefix));
}
