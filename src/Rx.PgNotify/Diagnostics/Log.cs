using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.Diagnostics;

/// <summary>
/// Every message the library logs. No payload, no password and no connection string is ever among the values. An id is never
/// given to another message; the documentation of the library lists them all.
/// </summary>
static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Connected; the listener's backend has process id {ProcessId}")]
    internal static partial void Connected(ILogger logger, int processId);

    [LoggerMessage(2, LogLevel.Debug, "Connection closed")]
    internal static partial void Closed(ILogger logger);

    internal static void ConnectionFailed(ILogger logger, Exception failure, int attempt, long delayMilliseconds)
    {
        var (level, cause) = (LevelOfFailure(attempt), ExceptionSummary.Of(failure));
        ConnectionFailed(logger, level, cause, attempt, delayMilliseconds);
        ConnectionFailure(logger, failure);
    }

    [LoggerMessage(EventId = 3, Message = "No connection ({Cause}); attempt {Attempt} follows in {DelayMilliseconds} ms")]
    static partial void ConnectionFailed(ILogger logger, LogLevel level, string cause, int attempt, long delayMilliseconds);

    [LoggerMessage(4, LogLevel.Error, "Gave up, all subscriptions end with an error: {Reason}")]
    internal static partial void Faulted(ILogger logger, string reason, Exception exception);

    [LoggerMessage(5, LogLevel.Error, "The server refused to listen to channel {Channel}")]
    internal static partial void ChannelRefused(ILogger logger, string channel, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "Listening to {Count} channels, more than {Recommended}: up to PostgreSQL 18 each "
        + "notification in the database makes this listener's backend search them all. Fewer channels with a key in the payload are cheaper")]
    internal static partial void ManyChannels(ILogger logger, int count, int recommended);

    [LoggerMessage(7, LogLevel.Warning, "The connection could not be closed properly")]
    internal static partial void CloseFailed(ILogger logger, Exception exception);

    [LoggerMessage(8, LogLevel.Warning, "The connection was not closed within {Limit}; it is left to close by itself")]
    internal static partial void CloseTimedOut(ILogger logger, TimeSpan limit);

    internal static void ConnectionLost(ILogger logger, Exception failure, int attempt, long delayMilliseconds)
    {
        ConnectionLost(logger, ExceptionSummary.Of(failure), attempt, delayMilliseconds);
        ConnectionFailure(logger, failure);
    }

    [LoggerMessage(9, LogLevel.Warning, "Connection lost ({Cause}); attempt {Attempt} to replace it follows in {DelayMilliseconds} ms")]
    static partial void ConnectionLost(ILogger logger, string cause, int attempt, long delayMilliseconds);

    [LoggerMessage(10, LogLevel.Information, "A connection pooler stands before the server; finding out within {Patience} whether notifications pass it")]
    internal static partial void PoolerFound(ILogger logger, TimeSpan patience);

    [LoggerMessage(11, LogLevel.Warning, "A connection that is no longer wanted hangs while it is opened; it is left to its own timeout")]
    internal static partial void OpeningAbandoned(ILogger logger);

    [LoggerMessage(12, LogLevel.Debug, "Opening a connection that is no longer wanted was cancelled")]
    internal static partial void OpeningCancelled(ILogger logger, Exception exception);

    [LoggerMessage(13, LogLevel.Error, "The delivery scheduler failed ({Cause}); the subscription to {Channel} has ended")]
    internal static partial void DeliverySchedulerFailed(ILogger logger, string channel, string cause, Exception exception);

    [LoggerMessage(14, LogLevel.Debug, "The failure that message 3 or 9 is about")]
    static partial void ConnectionFailure(ILogger logger, Exception exception);

    // Of notifiers.

    [LoggerMessage(41, LogLevel.Information, "Connected; the notifier's backend has process id {ProcessId}")]
    internal static partial void NotifierConnected(ILogger logger, int processId);

    [LoggerMessage(42, LogLevel.Information, "Connected through a connection pooler: it is not known which backend sends, so ExceptFrom lets all pass")]
    internal static partial void NotifierConnectedThroughPooler(ILogger logger);

    internal static void NotifierNotConnected(ILogger logger, Exception failure, int attempt, long delayMilliseconds)
    {
        var (level, cause) = (LevelOfFailure(attempt), ExceptionSummary.Of(failure));
        NotifierNotConnected(logger, level, cause, attempt, delayMilliseconds);
        NotifierConnectionFailure(logger, failure);
    }

    [LoggerMessage(EventId = 43, Message = "No connection to send ({Cause}); attempt {Attempt} follows in {DelayMilliseconds} ms")]
    static partial void NotifierNotConnected(ILogger logger, LogLevel level, string cause, int attempt, long delayMilliseconds);

    // Without the exception: the server's message may quote a piece of the data.
    [LoggerMessage(44, LogLevel.Warning, "The server refused to send {Count} notifications (SQLSTATE {SqlState})")]
    internal static partial void SendsRefused(ILogger logger, int count, string sqlState);

    [LoggerMessage(45, LogLevel.Warning, "{Count} notifications are in doubt: the connection was lost during their commit; to be sent again: {AreResent}")]
    internal static partial void SendsInDoubt(ILogger logger, int count, bool areResent);

    [LoggerMessage(46, LogLevel.Warning, "{Count} notifications were not sent: {Error}")]
    internal static partial void SendsFailed(ILogger logger, int count, PgNotifierError error);

    [LoggerMessage(47, LogLevel.Error, "The notifier failed in an unforeseen way")]
    internal static partial void NotifierFailed(ILogger logger, Exception exception);

    [LoggerMessage(48, LogLevel.Warning, "The notifier's connection could not be closed properly")]
    internal static partial void NotifierCloseFailed(ILogger logger, Exception exception);

    [LoggerMessage(49, LogLevel.Debug, "The failure that message 43 is about")]
    static partial void NotifierConnectionFailure(ILogger logger, Exception exception);

    /// <summary>
    /// How loud a failed attempt is, since there may be one every few seconds for as long as a server is away: the first of a row
    /// and every tenth are warnings.
    /// </summary>
    /// <param name="failures">How many have failed in a row, this one included.</param>
    internal static LogLevel LevelOfFailure(int failures) => failures == 1 || failures % 10 == 0 ? LogLevel.Warning : LogLevel.Information;
}
