using System.Diagnostics;
using System.Runtime.Versioning;

namespace Rx.PgNotify.IntegrationTests.Tool;

sealed class DemoTests
{
    [Test]
    public async Task Demo_Runs_AndItsSummaryIsRightWithinFifteenSeconds()
    {
        var clock = Stopwatch.StartNew();
        await using var tool = await ToolProcess.RunAsync(["demo"]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(15)));
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
        await using var tool = ToolProcess.Start(["demo"], ("TMPDIR", temporary.Path), ("PGNOTIFY_TEST_CONNECTION", ""));
        await tool.OutputLineAsync(text => text.StartsWith(line, StringComparison.Ordinal));

        tool.Signal(ToolProcess.SigInt);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(tool.Errors, Is.EqualTo(new[] { "pgnotify: interrupted." }));
        Assert.That(temporary.Processes, Is.Empty);
        Assert.That(temporary.Entries, Is.Empty);
    }
}
