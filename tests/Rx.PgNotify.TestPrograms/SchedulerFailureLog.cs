using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.TestPrograms;

/// <summary>Waits for the entry that a delivery scheduler has failed.</summary>
sealed class SchedulerFailureLog : ILoggerFactory, ILogger
{
    const int DeliverySchedulerFailed = 13;

    readonly TaskCompletionSource _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task Reported => _reported.Task;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == DeliverySchedulerFailed)
            _reported.TrySetResult();
    }

    public void Dispose()
    {
    }
}
