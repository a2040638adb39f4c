using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.Nats.Registration;

/// <summary>What a registered listener logs of its observers.</summary>
static partial class RegistrationLog
{
    internal static void ObserverFailed(ILogger? logger, ObserverFailure failure)
    {
        if (logger is not null)
            ObserverFailed(logger, failure.Channel ?? nameof(NatsListener.State), failure.Exception.GetType().FullName!, failure.Exception.StackTrace);
    }

    [LoggerMessage(121, LogLevel.Error, "An observer of {Channel} has thrown {Exception}; its subscription has ended\n{StackTrace}")]
    static partial void ObserverFailed(ILogger logger, string channel, string exception, string? stackTrace);
}
