namespace Rx.PgNotify.DependencyInjection;

/// <summary>The options of a <see cref="PgListener"/> that a configuration can express.</summary>
static class PgListenerSettings
{
    internal static readonly Setting<PgListenerOptions>[] All =
    [
        .. ListenerSettings.Of<PgListenerOptions>(),
        Setting<PgListenerOptions>.Time(nameof(PgListenerOptions.Heartbeat), (options, value) => options.Heartbeat = value),
    ];
}
