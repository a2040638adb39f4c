namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary><c>listen --timeout</c>.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
sealed class ListenTimeoutTests : ToolTest
{
    [Test]
    public async Task Listen_WhenTheTimeIsOver_EndsWithThree([Values("text", "json", "raw")] string format, [Values] bool withCount)
    {
        string[] count = withCount ? ["--count", "1"] : [];
        await using var tool = await ToolProcess.RunAsync(["listen", NewChannel(), "--connection", Connection, "--format", format, "--timeout", "1", .. count]);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(3), tool.ToString());
        Assert.That(tool.Errors, Has.None.StartsWith("pgnotify:"));
    }

    [Test]
    public async Task Listen_WhenTheTimeIsOverBeforeItIsConnected_EndsWithThree()
    {
        await using var tool = await ToolProcess.RunAsync(["listen", "c", "--connection", "Host=127.0.0.1;Port=1", "--timeout", "1"]);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(3), tool.ToString());
    }

    [Test]
    public async Task Listen_WhenTheCountIsReachedInTime_EndsWithZero()
    {
        var channel = NewChannel();
        await using var tool = await ListenAsync([channel], "--count", "2", "--timeout", "3600");

        await NotifyAsync(channel, "1", "2");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(Json.OfType(tool.Output, "notification"), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task Listen_OnATerminal_EndsWithThreeWhenTheTimeIsOver()
    {
        await using var terminal = TerminalSession.Start("pgnotify.dll", "listen", NewChannel(), "--connection", Connection, "--timeout", "1");

        Assert.That(await terminal.ExitCodeAsync(), Is.EqualTo(3), terminal.Screen);
        Assert.That(terminal.Screen, Does.Not.Contain(" in all"), "the line below goes");
    }
}
