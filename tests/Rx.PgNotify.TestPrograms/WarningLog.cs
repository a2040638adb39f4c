using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.TestPrograms;

/// <summary>Reports the exception of each warning, such as the cause of which a connection was lost.</summary>
sealed class WarningLog(Action<Exception> report) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel == LogLevel.Warning && exception is not null)
            report(exception);
    }

    public void Dispose()
    {
    }
}
