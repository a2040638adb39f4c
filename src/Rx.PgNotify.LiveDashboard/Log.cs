using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.LiveDashboard;

static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The open orders could not be read; trying again")]
    internal static partial void OrdersNotRead(this ILogger logger, Exception exception);
}
