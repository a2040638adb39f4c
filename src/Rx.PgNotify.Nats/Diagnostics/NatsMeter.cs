using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Nats.Diagnostics;

/// <summary>The instruments of bridges and receivers on one meter, shared by all who report to it.</summary>
sealed class NatsMeter
{
    internal const string Name = "Rx.PgNotify.Nats";

    static readonly Lazy<Meter> s_ofTheProcess = new(() => new Meter(Options()));

    // The instruments live as long as their meter, which its factory disposes.
    static readonly ConditionalWeakTable<Meter, Lazy<NatsMeter>> s_meters = [];

    readonly ConcurrentDictionary<string, ReceiverMetrics> _receivers = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, BridgeMetrics> _bridges = new(StringComparer.Ordinal);
    readonly ReceiverInstruments _receiverInstruments;
    readonly BridgeInstruments _bridgeInstruments;

    NatsMeter(Meter meter)
    {
        _receiverInstruments = new ReceiverInstruments(meter, () => _receivers.Values);
        _bridgeInstruments = new BridgeInstruments(meter, () => _bridges.Values);
    }

    /// <summary>The instruments on a factory's meter or, without a factory, on the one of the process.</summary>
    internal static NatsMeter Of(IMeterFactory? factory)
    {
        var meter = factory?.Create(Options()) ?? s_ofTheProcess.Value;
        // Lazy: the table may create a value twice and keep one, but instruments that were created stay on the meter.
        return s_meters.GetValue(meter, static meter => new Lazy<NatsMeter>(() => new NatsMeter(meter))).Value;
    }

    internal ReceiverMetrics Receivers(string? name) =>
        _receivers.GetOrAdd(name ?? "", (_, name) => new ReceiverMetrics(_receiverInstruments, name), name);

    internal BridgeMetrics Bridges(string prefix) =>
        _bridges.GetOrAdd(prefix, prefix => new BridgeMetrics(_bridgeInstruments, prefix));

    static MeterOptions Options() => new(Name) { Version = LibraryMeter.Version };
}
