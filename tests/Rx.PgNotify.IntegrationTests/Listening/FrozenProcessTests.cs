using System.Diagnostics;

namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>The process stops for a while, as in a debugger or with its virtual machine, and does not know.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public class FrozenProcessTests
{
    // The program's.
    static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(4);

    [Test]
    public async Task AProcessThatStopsWhileTheHeartbeatIsOut_KeepsALineWhoseAnswerHasComeMeanwhile()
    {
        while (await StopAsync() is var connections && connections != 1)
            Assert.That(connections, Is.Zero, "lines");
    }

    /// <returns>How many lines the program has needed; 0 if the machine was too busy to stop it in time.</returns>
    static async Task<int> StopAsync()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var program = ChildProgram.Start(
            "watch", ("WATCHER_CONNECTION", tap.ConnectionString), ("WATCHER_CHANNEL", UniqueChannel.Name()));
        Assert.That(await program.ReadLineAsync(), Is.EqualTo(nameof(ResyncReasons.Subscribed)));

        var clock = new Stopwatch();
        using (tap.HoldReplies())
        {
            var asked = tap.RoundTrips;
            await Eventually.IsTrueAsync(() => tap.RoundTrips > asked, expectation: "a heartbeat");
            clock.Start();
            await program.SignalAsync("STOP");
            if (clock.Elapsed > s_heartbeat / 2)
                return 0;
        }

        // The answer is there. How long the process stops is what this test is about: longer than a heartbeat.
        await Eventually.IsTrueAsync(() => clock.Elapsed > s_heartbeat + TimeSpan.FromSeconds(0.5));
        var roundTrips = tap.RoundTrips;
        await program.SignalAsync("CONT");
        await Eventually.IsTrueAsync(() => tap.RoundTrips > roundTrips, expectation: "the next heartbeat, or another line");
        var connections = tap.Connections;
        if (connections > 1)
        {
            await program.SignalAsync("KILL");
            await TestContext.Out.WriteLineAsync(await program.Errors);
        }

        return connections;
    }
}
