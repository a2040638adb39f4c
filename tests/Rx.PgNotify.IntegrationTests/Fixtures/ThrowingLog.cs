using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.IntegrationTests;

/// <summary>A logger that fails whenever it is used.</summary>
sealed class ThrowingLog : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        throw new InvalidOperationException("the log is full");

    public void Dispose()
    {
    }
}
