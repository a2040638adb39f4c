using System.Diagnostics;

namespace Rx.PgNotify.IntegrationTests.Sending;

[Parallelizable(ParallelScope.All)]
public class CommitTimeoutTests
{
    [Test]
    public async Task ACommitWithoutAnAnswer_IsInDoubtAfterTheTimeout_AndNotASecondEarlierForItsFraction()
    {
        var timeout = TimeSpan.FromSeconds(2.8);
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var beating = await HeartbeatClock.StartAsync(timeout);
        await using var notifier = new PgNotifier(tap.ConnectionString, new PgNotifierOptions { CommitTimeout = timeout });

        await notifier.NotifyAsync("a", "answered");
        var (start, clock) = (beating.Beats, Stopwatch.StartNew());
        var elsewhere = NextConnectionAsync(tap, clock);
        PgNotifierException? error;
        using (tap.HoldCommits())
            error = await Assert.ThrowsAsync<PgNotifierException>(() => notifier.NotifyAsync("a", "not answered"));

        var beats = beating.Beats - start;
        await TestContext.Out.WriteLineAsync($"{clock.ElapsedMilliseconds} ms, {beats} beats");
        Assert.That(error!.Error, Is.EqualTo(PgNotifierError.InDoubt));
        Assert.That(error.InnerException, Is.InstanceOf<TimeoutException>());
        Assert.That(clock.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(2.5)), "2.8 seconds, and not 2");
        Assert.That(beats, Is.LessThanOrEqualTo(HeartbeatClock.MostBeatsIn(1)));
        await notifier.NotifyAsync("a", "over the next connection");
        Assert.That(await elsewhere, Is.GreaterThan(TimeSpan.FromSeconds(2.5)), "Npgsql's own limit has not come first");
    }

    // When Npgsql's limit is over, it asks the server over another connection to cancel.
    static async Task<TimeSpan> NextConnectionAsync(WireTap tap, Stopwatch clock)
    {
        var connections = tap.Connections;
        await Eventually.IsTrueAsync(() => tap.Connections > connections, expectation: "another connection");
        return clock.Elapsed;
    }
}
