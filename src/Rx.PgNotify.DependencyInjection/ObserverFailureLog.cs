using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>
/// Logs what an observer of a registered listener has thrown, which would end the process otherwise. The id follows those of Rx.PgNotify. No
/// payload is ever among the values.
/// </summary>
static partial class ObserverFailureLog
{
    /// <summary>Does not throw.</summary>
    internal static void Write(ILogger logger, ObserverFailure failure)
    {
        try
        {
            ObserverFailed(
                logger,
                failure.Channel is { } channel ? $"the channel {channel}" : "the listener",
                FailureCause.Of(failure.Exception),
                failure.Exception.StackTrace);
        }
        catch (Exception)
        {
            // A log that is full, or disposed of by now. Thrown from here, it would end the process.
        }
    }

    // Without the exception: what an observer throws may quote a payload ("The input string '…' was not in a correct format").
    [LoggerMessage(61, LogLevel.Error, "An observer of {Observed} threw {ExceptionTypes}, and its subscription has ended\n{StackTrace}")]
    static partial void ObserverFailed(ILogger logger, string observed, string exceptionTypes, string? stackTrace);
}
