using System.Diagnostics;
using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>A scheduler of the options that its owner disposes while the listener still needs it.</summary>
[Parallelizable(ParallelScope.All)]
public class LostSchedulerTests
{
    static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(500);

    [Test]
    public async Task DisposedBeforeABackoff_EndsTheSubscriptionsOrIsDoneWithout_AndNothingSpins()
    {
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        var blackHole = proxy.Swallow();
        using var scheduler = new EventLoopScheduler();
        await using var listener = new PgListener(
            proxy.ConnectionString, new PgListenerOptions { Scheduler = scheduler, ReconnectDelay = s_delay, MaxReconnectDelay = s_delay });
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);
        var epochs = 0;
        using var subscription = Observable
            .Defer(() =>
            {
                Interlocked.Increment(ref epochs);
                return listener.Channel("a");
            })
            .Retry()
            .Subscribe(_ => { });
        await Eventually.IsTrueAsync(() => proxy.Open == 1, expectation: "connecting");
        var clock = Stopwatch.StartNew();
        proxy.Refuse();
        scheduler.Dispose();
        blackHole.Dispose();

        await Eventually.IsTrueAsync(
            () => Volatile.Read(ref epochs) > 1 || states.Items.Any(state => state is ListenerState.Reconnecting { Attempt: > 1 }),
            expectation: "an error, or another attempt");
        await Task.Delay(4 * s_delay); // what must not happen has its time

        // Delays of at least half of it, and for each a fault and the state of the next epoch. As much again is tolerated.
        var (epochCount, stateCount) = (Volatile.Read(ref epochs), states.Count);
        var delays = clock.Elapsed / (s_delay / 2);
        await TestContext.Out.WriteLineAsync($"{epochCount} epochs, {stateCount} states in the time of {delays:0.0} delays");
        Assert.That(epochCount, Is.LessThan(4 + (2 * delays)), "epochs");
        Assert.That(stateCount, Is.LessThan(12 + (6 * delays)), "states");
    }
}
