using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.TestPrograms;

/// <summary>Reports the exception of each warning, and those of which connections fail, which are logged apart.</summary>
sealed class WarningLog(Action<Exception> report) : ILoggerFactory, ILogger
{
    // Of docs/diagnostics.md.
    static readonly int[] s_connectionFailures = [14, 116];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is LogLevel.Warning or LogLevel.Debug;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null && (logLevel == LogLevel.Warning || s_connectionFailures.Contains(eventId.Id)))
            report(exception);
    }

    public void Dispose()
    {
    }
}
