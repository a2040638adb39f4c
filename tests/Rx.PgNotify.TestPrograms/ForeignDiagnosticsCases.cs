using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.TestPrograms;

/// <summary>Those who watch the library throw whatever they are called for.</summary>
static class ForeignDiagnosticsCases
{
    const string Library = "Rx.PgNotify";

    internal static IEnumerable<(string Name, Func<Task<string>> Run)> All(ForeignServer server) =>
    [
        ("Log", () => WithLoggerAsync(server, new ForeignLogger(isEnabled: true))),
        ("IsEnabled", () => WithLoggerAsync(server, new ForeignLogger(isEnabled: null))),
        ("CreateLogger", () => WithLoggerAsync(server, logger: null)),
        ("IMeterFactory", () => UseAsync(server, new PgListenerOptions { MeterFactory = new ForeignMeterFactory() }, new())),
        ("measurement callback", () => MeasuredAsync(server)),
        ("Sample", () => TracedAsync(server, listener => listener.Sample = (ref _) => throw Failure())),
        ("ActivityStarted", () => TracedAsync(server, listener => listener.ActivityStarted = _ => throw Failure())),
        ("ActivityStopped", () => TracedAsync(server, listener => listener.ActivityStopped = _ => throw Failure())),
    ];

    /// <summary>Both connect, the listener again after a break.</summary>
    internal static async Task<string> UseAsync(ForeignServer server, PgListenerOptions forListener, PgNotifierOptions forNotifier)
    {
        var application = ForeignServer.UniqueName();
        forListener.ReconnectDelay = TimeSpan.FromMilliseconds(20);
        forListener.Heartbeat = TimeSpan.FromSeconds(1);
        await using var listener = new PgListener(server.Named(application), forListener);
        await using var notifier = new PgNotifier(server.ConnectionString, forNotifier);
        var bystander = await server.JoinAsync(listener);
        await server.KillAsync(application);
        await bystander.IsResynchronizedAsync();
        await notifier.NotifyAsync("a");
        return await bystander.IsServedAsync();
    }

    static Task<string> WithLoggerAsync(ForeignServer server, ForeignLogger? logger)
    {
        var factory = new ForeignLoggerFactory(logger);
        return UseAsync(
            server, new PgListenerOptions { LoggerFactory = factory }, new PgNotifierOptions { LoggerFactory = factory });
    }

    static async Task<string> MeasuredAsync(ForeignServer server)
    {
        var asked = 0;
        using var meters = new MeterListener
        {
            InstrumentPublished = static (instrument, meters) =>
            {
                if (instrument.Meter.Name == Library)
                    meters.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<long>((_, _, _, _) => Throw());
        meters.SetMeasurementEventCallback<double>((_, _, _, _) => Throw());
        meters.Start();
        var outcome = await UseAsync(server, new PgListenerOptions(), new PgNotifierOptions());
        return asked == 0 ? "nothing has thrown" : outcome;

        void Throw()
        {
            asked++;
            throw Failure();
        }
    }

    static async Task<string> TracedAsync(ForeignServer server, Action<ActivityListener> breakIt)
    {
        using var activities = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == Library,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        breakIt(activities);
        ActivitySource.AddActivityListener(activities);
        return await UseAsync(server, new PgListenerOptions(), new PgNotifierOptions());
    }

    static FormatException Failure() => new(ForeignProgram.Thrown);

    sealed class ForeignLogger(bool? isEnabled) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw Failure();

        public bool IsEnabled(LogLevel logLevel) => isEnabled ?? throw Failure();

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw Failure();
    }

    sealed class ForeignLoggerFactory(ILogger? logger) : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider) => throw Failure();

        public ILogger CreateLogger(string categoryName) => logger ?? throw Failure();

        public void Dispose()
        {
        }
    }

    sealed class ForeignMeterFactory : IMeterFactory
    {
        public Meter Create(MeterOptions options) => throw Failure();

        public void Dispose()
        {
        }
    }
}
