namespace Rx.PgNotify.DependencyInjection;

/// <summary>The options of every listener that a configuration can express.</summary>
static class ListenerSettings
{
    internal static Setting<TOptions>[] Of<TOptions>()
        where TOptions : ListenerOptions =>
    [
        Setting<TOptions>.Text(nameof(ListenerOptions.Name), (options, value) => options.Name = value),
        Setting<TOptions>.Time(nameof(ListenerOptions.Linger), (options, value) => options.Linger = value),
        Setting<TOptions>.Whole(nameof(ListenerOptions.BufferCapacity), (options, value) => options.BufferCapacity = value),
        Setting<TOptions>.Long(nameof(ListenerOptions.BufferBytes), (options, value) => options.BufferBytes = value),
        Setting<TOptions>.Time(nameof(ListenerOptions.ReconnectDelay), (options, value) => options.ReconnectDelay = value),
        Setting<TOptions>.Time(nameof(ListenerOptions.MaxReconnectDelay), (options, value) => options.MaxReconnectDelay = value),
        Setting<TOptions>.Time(nameof(ListenerOptions.ReconnectBudget), (options, value) => options.ReconnectBudget = value),
    ];
}
