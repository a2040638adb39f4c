using System.Diagnostics;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>How long nothing comes through when the bridge at work is lost, under a steady load.</summary>
[LongTest, NonParallelizable]
public class TakeoverTests
{
    const int Heartbeats = 2;

    [TestCase(TakeoverCause.Kill)]
    [TestCase(TakeoverCause.Stop)]
    [TestCase(TakeoverCause.Terminate)]
    [TestCase(TakeoverCause.NatsLine)]
    public async Task NotificationsComeAgain_WithinTwoHeartbeats(TakeoverCause cause)
    {
        var findings = new Findings();
        var log = new CommitLog(UniqueChannel.Name());
        var options = new BridgeProcessOptions(TimeSpan.FromSeconds(1), [log.Channel], Capacity: 65_536);
        await using var clock = await HeartbeatClock.StartAsync(options.Heartbeat);
        await using var stage = await Stage.StartAsync(options, findings);
        await using var nats = stage.Connect(stage.Nats.Port);
        await using var listener = new NatsListener(nats, new NatsListenerOptions { SubjectPrefix = stage.Prefix });
        var observer = new StressObserver(log, "observer", Temper.Fast, 0, findings, () => true);
        var watch = new TakeoverWatch();
        using var observed = listener.Channel(log.Channel).Signals.Subscribe(observer);
        using var watched = listener.Channel(log.Channel).Signals.Subscribe(watch);
        using var stop = new CancellationTokenSource();
        var sending = SendAsync(new Senders(stage.DataSource, [log], findings), log, stop.Token);

        List<double> times = [];
        var mostBeats = 0;
        for (var i = 0; i < StressSettings.Takeovers; i++)
        {
            // Within some heartbeats: receivers ask the bridge now and then, and it may be lost just then.
            await Pause.ForAsync(Random.Shared.Next(3_500), CancellationToken.None);
            var (leader, backend) = await stage.IsReadyAsync();
            var last = observer.Last;
            await Eventually.IsTrueAsync(() => observer.Last > last, expectation: "notifications before the fault");
            var arrival = watch.NextAsync();
            var (start, beats) = (Stopwatch.GetTimestamp(), clock.Beats);
            var mend = await StrikeAsync(stage, leader, backend, cause);
            var arrived = await arrival.WaitAsync(Eventually.Deadline);
            mostBeats = Math.Max(mostBeats, clock.Beats - beats);
            times.Add(Stopwatch.GetElapsedTime(start, arrived) / options.Heartbeat);
            await mend();
        }

        await stop.CancelAsync();
        await sending;
        times.Sort();
        await TestContext.Progress.WriteLineAsync(
            $"Takeover after {cause}: p50 {times[times.Count / 2]:F2}, worst {times[^1]:F2} heartbeats, of {times.Count}; {findings}");
        Assert.That(findings.Violations, Is.Empty);
        Assert.That(mostBeats, Is.LessThanOrEqualTo(HeartbeatClock.MostBeatsIn(Heartbeats)));
    }

    static async Task SendAsync(Senders senders, CommitLog log, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await senders.SendAsync([log], 1, 0);
            await Pause.ForAsync(5, stop);
        }
    }

    // The result makes it whole again.
    static async Task<Func<Task>> StrikeAsync(Stage stage, BridgeProcess leader, int backend, TakeoverCause cause)
    {
        switch (cause)
        {
            case TakeoverCause.Kill:
                await leader.KillAsync();
                return () =>
                {
                    leader.Start();
                    return Task.CompletedTask;
                };
            case TakeoverCause.Stop:
                await leader.PauseAsync();
                return leader.ResumeAsync;
            case TakeoverCause.NatsLine:
                var hole = leader.Nats.Swallow();
                return () =>
                {
                    hole.Dispose();
                    return Task.CompletedTask;
                };
            default:
                await stage.TerminateAsync(backend);
                return () => Task.CompletedTask;
        }
    }
}
