namespace Rx.PgNotify.DependencyInjection;

/// <summary>The options of a listener that a configuration can express.</summary>
static class ListenerSettings
{
    internal static readonly Setting<PgListenerOptions>[] All =
    [
        Setting<PgListenerOptions>.Text(nameof(PgListenerOptions.Name), (options, value) => options.Name = value),
        Setting<PgListenerOptions>.Time(nameof(PgListenerOptions.Linger), (options, value) => options.Linger = value),
        Setting<PgListenerOptions>.Time(nameof(PgListenerOptions.Heartbeat), (options, value) => options.Heartbeat = value),
        Setting<PgListenerOptions>.Whole(nameof(PgListenerOptions.BufferCapacity), (options, value) => options.BufferCapacity = value),
        Setting<PgListenerOptions>.Long(nameof(PgListenerOptions.BufferBytes), (options, value) => options.BufferBytes = value),
        Setting<PgListenerOptions>.Time(nameof(PgListenerOptions.ReconnectDelay), (options, value) => options.ReconnectDelay = value),
        Setting<PgListenerOptions>.Time(nameof(PgListenerOptions.MaxReconnectDelay), (options, value) => options.MaxReconnectDelay = value),
        Setting<PgListenerOptions>.Time(nameof(PgListenerOptions.ReconnectBudget), (options, value) => options.ReconnectBudget = value),
    ];
}
