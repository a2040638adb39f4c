using Microsoft.Extensions.Logging;
using Rx.PgNotify.Nats.IntegrationTests.Protocol;

namespace Rx.PgNotify.Nats.IntegrationTests.Receiving;

/// <summary>A log of the application's may call the listener and wait for it: nothing is locked meanwhile.</summary>
[Parallelizable(ParallelScope.All)]
public class CallingLogTests
{
    const string Channel = "orders";
    const int Lost = 102;

    [Test]
    public async Task ALogThatEndsTheSubscription_MayWaitUntilNothingIsHeardAnyMore()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var bridge = await ForgedBridge.StartAsync(stage);
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var log = new CallingLog();
        var listener = stage.Listen(options => (options.LoggerFactory, options.Linger) = (log, TimeSpan.Zero));
        var subscription = await listener.Channel(Channel).Signals.SubscribeAsync(new Recorder<ChannelSignal>());
        log.Called = id =>
        {
            if (id != Lost)
                return;
            subscription.Dispose();
            ended.TrySetResult(SpinWait.SpinUntil(() => listener.CurrentState is ListenerState.Idle, Eventually.Deadline));
        };

        await bridge.NotifyAsync(Channel, 5, "five are missing before it");
        Assert.That(await ended.Task.WaitAsync(2 * Eventually.Deadline), Is.True);
    }

    sealed class CallingLog : ILoggerFactory, ILogger
    {
        volatile Action<int> _called = static _ => { };

        /// <summary>Is called with the id of each message. Set by the test while the listener logs.</summary>
        public Action<int> Called
        {
            set => _called = value;
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _called(eventId.Id);

        public void Dispose()
        {
        }
    }
}
