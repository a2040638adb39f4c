using System.Diagnostics;

namespace Rx.PgNotify.IntegrationTests.Stress;

[NonParallelizable]
public class BlackHoleTests
{
    // For the scheduling of a busy machine, and the connecting itself.
    static readonly TimeSpan s_margin = TimeSpan.FromSeconds(1);

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
        var start = Stopwatch.GetTimestamp();
        await Eventually.IsTrueAsync(() => observer.Reconnects == 1, deadline: heartbeat * 3);
        var elapsed = Stopwatch.GetElapsedTime(start);
        await TestContext.Progress.WriteLineAsync($"Black hole, heartbeat {heartbeat.TotalSeconds} s: Resync after {elapsed.TotalSeconds:F2} s");

        await stop.CancelAsync();
        await sending;
        await senders.SendAsync([log], 1, 0);
        await Eventually.IsTrueAsync(() => observer.Last == log.Committed);
        Assert.That(elapsed, Is.LessThan((heartbeat * 2) + s_margin));
        Assert.That(findings.Violations, Is.Empty);
        Assert.That(proxy.Accepted, Is.EqualTo(2));
    }
}
