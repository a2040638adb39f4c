namespace Rx.PgNotify.IntegrationTests.Stress;

[NonParallelizable]
public class BlackHoleTests
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task ALineThatSwallowsEverything_IsLeftWithinTwoHeartbeatsAndReplaced(bool underLoad)
    {
        var heartbeat = TimeSpan.FromSeconds(2);
        var findings = new Findings();
        var log = new CommitLog(UniqueChannel.Name());
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            proxy.ConnectionString, new PgListenerOptions { Heartbeat = heartbeat, ReconnectDelay = TimeSpan.FromMilliseconds(50) });
        await using var clock = await HeartbeatClock.StartAsync(heartbeat);
        var observer = new StressObserver(log, "observer", Temper.Fast, 0, findings, () => false);
        observer.Subscribed(listener.Channel(log.Channel).Signals.Subscribe(observer));
        var senders = new Senders(TestServer.DataSource, [log], findings);
        using var stop = new CancellationTokenSource();
        await senders.SendAsync([log], 1, 0);
        await Eventually.IsTrueAsync(() => observer.HasBegun);
        await senders.SendAsync([log], 1, 0);
        await Eventually.IsTrueAsync(() => observer.Last == log.Committed);
        var sending = underLoad ? senders.RunAsync(new Random(1), stop.Token) : Task.CompletedTask;

        // Only the present line: the next one comes through at once, and what is left to measure is the noticing.
        using var blackHole = proxy.Swallow(newLines: false);
        var start = clock.Beats;
        await Eventually.BecomesAsync(() => Task.FromResult(proxy.Accepted), connections => connections >= 2);
        var beats = clock.Beats - start;
        await TestContext.Progress.WriteLineAsync($"Black hole: left in {beats} beats");
        await Eventually.IsTrueAsync(() => observer.Reconnects == 1);

        await stop.CancelAsync();
        await sending;
        await senders.SendAsync([log], 1, 0);
        await Eventually.IsTrueAsync(() => observer.Last == log.Committed);
        Assert.That(beats, Is.LessThanOrEqualTo(HeartbeatClock.MostBeatsIn(2)));
        Assert.That(findings.Violations, Is.Empty);
        Assert.That(observer.Reconnects, Is.EqualTo(1));
        Assert.That(proxy.Accepted, Is.EqualTo(2));
    }
}
