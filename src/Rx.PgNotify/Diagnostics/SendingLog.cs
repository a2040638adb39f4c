using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.Diagnostics;

/// <summary>Every message that a notifier logs. No payload, no password and no connection string is ever among the values.</summary>
static partial class SendingLog
{
    [LoggerMessage(41, LogLevel.Information, "Connected; the notifier's backend has process id {ProcessId}")]
    internal static partial void Connected(ILogger logger, int processId);

    [LoggerMessage(42, LogLevel.Information, "Connected through a connection pooler: nobody can tell which backend sends, so ExceptFrom lets all pass")]
    internal static partial void ConnectedThroughPooler(ILogger logger);

    [LoggerMessage(43, LogLevel.Warning, "No connection to send ({Cause}); attempt {Attempt} follows in {DelayMilliseconds} ms")]
    internal static partial void NoConnection(ILogger logger, string cause, int attempt, long delayMilliseconds, Exception exception);

    // Without the exception: what a server says of data may quote a piece of it.
    [LoggerMessage(44, LogLevel.Warning, "The server refused to send {Count} notifications (SQLSTATE {SqlState})")]
    internal static partial void Refused(ILogger logger, int count, string sqlState);

    [LoggerMessage(45, LogLevel.Warning, "{Count} notifications are in doubt: the connection was lost during their commit; to be sent again: {AreResent}")]
    internal static partial void InDoubt(ILogger logger, int count, bool areResent);

    [LoggerMessage(46, LogLevel.Warning, "{Count} notifications were not sent: {Error}")]
    internal static partial void NotSent(ILogger logger, int count, PgNotifierError error);

    [LoggerMessage(47, LogLevel.Error, "The notifier failed in an unforeseen way")]
    internal static partial void FailedUnforeseen(ILogger logger, Exception exception);

    [LoggerMessage(48, LogLevel.Warning, "The notifier's connection could not be closed properly")]
    internal static partial void CloseFailed(ILogger logger, Exception exception);
}
