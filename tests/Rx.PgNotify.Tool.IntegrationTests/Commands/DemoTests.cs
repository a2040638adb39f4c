using System.Diagnostics;
using System.Runtime.Versioning;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[LongTest, Parallelizable(ParallelScope.All)]
sealed class DemoTests
{
    // How often a machine with nothing else to do measures the yardstick in that time.
    const int YardsticksInFifteenSeconds = 10;

    static readonly TimeSpan s_fifteenSeconds = TimeSpan.FromSeconds(15);

    [Test, NonParallelizable]
    public async Task Demo_Runs_AndItsSummaryIsRightWithinFifteenSeconds()
    {
        var clock = Stopwatch.StartNew();
        await using var tool = await ToolProcess.RunAsync(["demo"]);
        var elapsed = clock.Elapsed;
        var limit = elapsed < s_fifteenSeconds ? s_fifteenSeconds : YardsticksInFifteenSeconds * await YardstickAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
            Assert.That(elapsed, Is.LessThan(limit));
            Assert.That(tool.Errors, Is.Empty);
            Assert.That(tool.Output, Has.Some.Contains("orders.Coalesce("));
            Assert.That(tool.Output, Has.Some.Match(@"^ +600 orders in one transaction +600 notifications, \d+ bursts?$"));
            Assert.That(tool.Output, Has.Some.EqualTo("     count   1,000 notifications"));
            Assert.That(tool.Output, Has.Exactly(4).Match(@"^     sales   \w+: 25 paid, \d+\.\d\d?$"));
            Assert.That(tool.Output[^1], Does.StartWith("Right: the table says the same."));
        }
    }

    [TestCase("PostgreSQL notifications")]
    [TestCase("1. ")]
    [TestCase("4. ")]
    [Platform(Exclude = "Win", Reason = "signals")]
    [UnsupportedOSPlatform("windows")]
    public async Task Demo_InterruptedAnywhere_LeavesNoServerBehind(string line)
    {
        using var temporary = new ServerFolder();
        int exitCode;
        var attempts = 0;
        do
        {
            await using var tool = ToolProcess.Start(["demo"], ("TMPDIR", temporary.Path), ("PGNOTIFY_TEST_CONNECTION", ""));
            await tool.OutputLineAsync(text => text.StartsWith(line, StringComparison.Ordinal));

            tool.SignalIfRunning(ToolProcess.SigInt);

            // On a busy machine the signal may come when it has ended already. That was no interruption: once more.
            exitCode = await tool.ExitCodeAsync();
            Assert.That(tool.Errors, exitCode == 0 ? Is.Empty : Is.EqualTo(new[] { "pgnotify: interrupted." }));
            Assert.That(temporary.Processes, Is.Empty);
            Assert.That(temporary.Entries, Is.Empty);
        }
        while (exitCode == 0 && ++attempts < 10);

        Assert.That(exitCode, Is.EqualTo(1));
    }

    // What a demo can't do without: a server, and the start of a program.
    static async Task<TimeSpan> YardstickAsync()
    {
        var clock = Stopwatch.StartNew();
        await using (await TestServer.StartOwnAsync())
        await using (await ToolProcess.RunAsync(["--version"]))
            return clock.Elapsed;
    }
}
