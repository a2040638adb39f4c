using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.Nats.Diagnostics;

/// <summary>Every message that the bridge and its receivers log, beside those of the listener. No payload is ever among the values.</summary>
static partial class NatsLog
{
    [LoggerMessage(101, LogLevel.Information, "A bridge at work is found")]
    internal static partial void Found(ILogger logger);

    [LoggerMessage(102, LogLevel.Warning, "{Count} notifications of channel {Channel} were lost on their way over NATS; its subscribers get a Resync")]
    internal static partial void Lost(ILogger logger, long count, string channel);

    [LoggerMessage(103, LogLevel.Error, "The bridge refused channel {Channel}: {Reason}")]
    internal static partial void RefusedByBridge(ILogger logger, string channel, string reason);

    [LoggerMessage(104, LogLevel.Warning, "Dropped a message that no bridge of this version has sent, on the subject of channel {Channel}")]
    internal static partial void ForeignMessage(ILogger logger, string channel);

    [LoggerMessage(105, LogLevel.Error, "NATS does not permit this user the subject {Subject} of channel {Channel}")]
    internal static partial void DeniedByNats(ILogger logger, string subject, string channel);

    [LoggerMessage(111, LogLevel.Information, "The bridge is at work, epoch {Order}")]
    internal static partial void AtWork(ILogger logger, long order);

    [LoggerMessage(112, LogLevel.Information, "The bridge stands by")]
    internal static partial void StandsBy(ILogger logger);

    internal static void LeftWork(ILogger logger, string reason, bool isStopped) =>
        LeftWork(logger, isStopped ? LogLevel.Information : LogLevel.Warning, reason);

    [LoggerMessage(EventId = 113, Message = "The bridge is not at work any more: {Reason}")]
    static partial void LeftWork(ILogger logger, LogLevel level, string reason);

    internal static void BridgeFailed(ILogger logger, LogLevel level, TimeSpan delay, Exception exception)
    {
        var cause = FailureText.Of(exception);
        BridgeFailed(logger, level, cause, (long)delay.TotalMilliseconds);
        BridgeFailure(logger, exception);
    }

    [LoggerMessage(EventId = 114, Message = "The bridge has failed ({Cause}); it tries again in {DelayMilliseconds} ms")]
    static partial void BridgeFailed(ILogger logger, LogLevel level, string cause, long delayMilliseconds);

    [LoggerMessage(115, LogLevel.Warning, "The bridge was slower than PostgreSQL: {Count} notifications of channel {Channel} were dropped, and its receivers get a Resync")]
    internal static partial void Dropped(ILogger logger, long count, string channel);

    [LoggerMessage(116, LogLevel.Warning, "Publishing has failed ({Cause}): {Count} notifications of channel {Channel} may be lost, and its receivers get a Resync")]
    internal static partial void PublishingFailed(ILogger logger, string cause, long count, string channel);

    [LoggerMessage(117, LogLevel.Error, "NATS does not permit the bridge the subject {Subject}")]
    internal static partial void BridgeDenied(ILogger logger, string subject);

    [LoggerMessage(118, LogLevel.Debug, "The failure that message 114 is about")]
    static partial void BridgeFailure(ILogger logger, Exception exception);
}
