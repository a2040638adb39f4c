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
        using var log = new LogRecorder();
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
}
