using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using Rx.PgNotify.Nats.Diagnostics;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>Publishes what belongs to one epoch, and nothing after its end.</summary>
sealed class BridgePublisher(INatsConnection nats, Subjects subjects, BridgeTerm term, ILogger logger, BridgeMetrics metrics, CancellationToken end)
{
    // Longer messages save little, and keep others waiting.
    const int LongestMessage = 64 * 1024;

    // More than the header of a message ever has.
    const int HeaderBytes = 64;

    internal BridgeTerm Term => term;

    /// <summary>How many bytes of notifications a message may have, beside its header: what the NATS server takes.</summary>
    internal int MostNotificationBytes { get; } = Math.Min(LongestMessage, nats.ServerInfo?.MaxPayload ?? LongestMessage) - HeaderBytes;

    internal Subjects Subjects => subjects;

    internal ILogger Logger => logger;

    internal BridgeMetrics Metrics => metrics;

    /// <exception cref="OperationCanceledException">The epoch is over.</exception>
    internal ValueTask PublishAsync(string subject, ReadOnlyMemory<byte> message)
    {
        end.ThrowIfCancellationRequested();
        return nats.PublishAsync(subject, message, serializer: NatsRawSerializer<ReadOnlyMemory<byte>>.Default, cancellationToken: end);
    }
}
