using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>Every message this package logs; the ids follow those of Rx.PgNotify. No payload is ever among the values.</summary>
static partial class Log
{
    // Without the exception: what an observer throws may quote a payload ("The input string '…' was not in a correct format").
    [LoggerMessage(61, LogLevel.Error, "An observer of {Observed} threw {ExceptionTypes}, and its subscription has ended\n{StackTrace}")]
    internal static partial void ObserverFailed(ILogger logger, string observed, string exceptionTypes, string? stackTrace);
}
