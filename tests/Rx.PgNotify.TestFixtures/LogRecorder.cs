using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.TestFixtures;

/// <summary>Keeps everything that is logged, with its exceptions in full.</summary>
sealed class LogRecorder : ILoggerFactory, ILogger
{
    readonly ConcurrentQueue<Entry> _entries = new();

    // Set by a test while something logs.
    volatile Action<int>? _called;

    /// <summary>All of it, with the exceptions.</summary>
    public string Text => string.Join('\n', _entries.Select(entry => $"{entry.Level} {entry.Message} {entry.Exception}"));

    /// <summary>Is called with the id of each message, on the thread that logs it.</summary>
    public Action<int> Called
    {
        set => _called = value;
    }

    /// <summary>Whether it throws whenever it is used.</summary>
    public bool Fails { get; init; }

    /// <summary>What was logged with this id, in order.</summary>
    public IReadOnlyList<Entry> Of(int id) => [.. _entries.Where(entry => entry.Id == id)];

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
        _entries.Enqueue(new Entry(logLevel, eventId.Id, formatter(state, exception), exception));
        _called?.Invoke(eventId.Id);
        if (Fails)
            throw new InvalidOperationException("the log is full");
    }

    public void Dispose()
    {
    }

    internal sealed record Entry(LogLevel Level, int Id, string Message, Exception? Exception);
}
