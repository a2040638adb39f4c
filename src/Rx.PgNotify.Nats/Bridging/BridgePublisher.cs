using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using Rx.PgNotify.Nats.Diagnostics;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>Publishes what belongs to one epoch, and nothing after its end.</summary>
sealed class BridgePublisher(INatsConnection nats, Subjects subjects, BridgeTerm term, ILogger logger, BridgeMetrics metrics, CancellationToken end)
{
    internal BridgeTerm Term => term;

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
