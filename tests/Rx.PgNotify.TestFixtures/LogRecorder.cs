using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.TestFixtures;

/// <summary>Keeps everything that is logged, with its exceptions in full.</summary>
sealed class LogRecorder : ILoggerFactory, ILogger
{
    readonly ConcurrentQueue<string> _lines = new();

    public string Text => string.Join('\n', _lines);

    /// <summary>Whether it throws whenever it is used.</summary>
    public bool Fails { get; init; }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
        if (Fails)
            throw new InvalidOperationException("the log is full");
    }

    public void Dispose()
    {
    }
}
