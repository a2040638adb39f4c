using Rx.PgNotify.DependencyInjection;

namespace Rx.PgNotify.Nats.Registration;

/// <summary>The options of a <see cref="PgNatsBridge"/> that a configuration can express.</summary>
static class PgNatsBridgeSettings
{
    internal static readonly Setting<PgNatsBridgeOptions>[] All =
    [
        Setting<PgNatsBridgeOptions>.Text(nameof(PgNatsBridgeOptions.SubjectPrefix), (options, value) => options.SubjectPrefix = value),
        Setting<PgNatsBridgeOptions>.List(nameof(PgNatsBridgeOptions.Channels), (options, values) => options.Channels = [.. values]),
        Setting<PgNatsBridgeOptions>.Flag(nameof(PgNatsBridgeOptions.ListedOnly), (options, value) => options.ListedOnly = value),
        Setting<PgNatsBridgeOptions>.Whole(nameof(PgNatsBridgeOptions.MaxAskedChannels), (options, value) => options.MaxAskedChannels = value),
        Setting<PgNatsBridgeOptions>.Time(nameof(PgNatsBridgeOptions.Heartbeat), (options, value) => options.Heartbeat = value),
        Setting<PgNatsBridgeOptions>.Time(nameof(PgNatsBridgeOptions.Linger), (options, value) => options.Linger = value),
        Setting<PgNatsBridgeOptions>.Whole(nameof(PgNatsBridgeOptions.BufferCapacity), (options, value) => options.BufferCapacity = value),
        Setting<PgNatsBridgeOptions>.Long(nameof(PgNatsBridgeOptions.BufferBytes), (options, value) => options.BufferBytes = value),
    ];
}
