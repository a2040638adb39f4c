using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>The options that listener and notifier have in common. They try again quickly.</summary>
sealed record ClientOptions
{
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    public ILoggerFactory? LoggerFactory { get; init; }
}
