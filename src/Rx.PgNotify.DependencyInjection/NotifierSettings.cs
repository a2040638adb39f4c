namespace Rx.PgNotify.DependencyInjection;

/// <summary>The options of a notifier that a configuration can express.</summary>
static class NotifierSettings
{
    internal static readonly Setting<PgNotifierOptions>[] All =
    [
        Setting<PgNotifierOptions>.Text(nameof(PgNotifierOptions.Name), (options, value) => options.Name = value),
        Setting<PgNotifierOptions>.Whole(nameof(PgNotifierOptions.Capacity), (options, value) => options.Capacity = value),
        Setting<PgNotifierOptions>.Flag(nameof(PgNotifierOptions.MergeEqual), (options, value) => options.MergeEqual = value),
        Setting<PgNotifierOptions>.Flag(nameof(PgNotifierOptions.ResendInDoubt), (options, value) => options.ResendInDoubt = value),
        Setting<PgNotifierOptions>.Time(nameof(PgNotifierOptions.SendTimeout), (options, value) => options.SendTimeout = value),
        Setting<PgNotifierOptions>.Time(nameof(PgNotifierOptions.FlushTimeout), (options, value) => options.FlushTimeout = value),
        Setting<PgNotifierOptions>.Time(nameof(PgNotifierOptions.CommitTimeout), (options, value) => options.CommitTimeout = value),
        Setting<PgNotifierOptions>.Time(nameof(PgNotifierOptions.ReconnectDelay), (options, value) => options.ReconnectDelay = value),
        Setting<PgNotifierOptions>.Time(nameof(PgNotifierOptions.MaxReconnectDelay), (options, value) => options.MaxReconnectDelay = value),
    ];
}
