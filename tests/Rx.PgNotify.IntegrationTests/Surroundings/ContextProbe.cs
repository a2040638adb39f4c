using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.IntegrationTests.Surroundings;

/// <summary>Notes for everything that calls it whether a <see cref="ForeignContext"/> is to be seen there. May be logged to.</summary>
sealed class ContextProbe : ILoggerFactory
{
    readonly ConcurrentQueue<(string What, bool IsForeign)> _calls = new();

    /// <summary>What was called.</summary>
    public IEnumerable<string> Calls => _calls.Select(call => call.What).Distinct();

    /// <summary>What was called in a foreign context.</summary>
    public IEnumerable<string> Foreign => _calls.Where(call => call.IsForeign).Select(call => call.What).Distinct();

    public void Look(string what) => _calls.Enqueue((what, ForeignContext.IsHere));

    public int Count(string what) => _calls.Count(call => call.What == what);

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    sealed class Category(ContextProbe probe, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            probe.Look($"log of {name.Split('.')[0]}");
    }
}
