using Rx.PgNotify.DependencyInjection;

namespace Rx.PgNotify.Nats.Registration;

/// <summary>The options of a <see cref="NatsListener"/> that a configuration can express.</summary>
static class NatsListenerSettings
{
    internal static readonly Setting<NatsListenerOptions>[] All =
    [
        Setting<NatsListenerOptions>.Text(nameof(NatsListenerOptions.SubjectPrefix), (options, value) => options.SubjectPrefix = value),
        Setting<NatsListenerOptions>.Time(nameof(NatsListenerOptions.AnswerTimeout), (options, value) => options.AnswerTimeout = value),
        .. ListenerSettings.Of<NatsListenerOptions>(),
    ];
}
