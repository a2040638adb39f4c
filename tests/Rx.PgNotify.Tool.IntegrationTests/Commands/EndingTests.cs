namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[LongTest, Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win", Reason = "signals")]
sealed class EndingTests : ToolTest
{
    [TestCase(ToolProcess.SigInt)]
    [TestCase(ToolProcess.SigTerm)]
    public async Task Listen_OnASignal_EndsCleanly(int signal)
    {
        var channel = NewChannel();
        await using var tool = await ListenAsync([channel]);
        await NotifyAsync(channel, "seen");
        await tool.OutputLineAsync(line => Json.IsType(line, "notification"));

        tool.Signal(signal);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(tool.Errors, Is.Empty);
        Assert.That(Json.Parse(tool.Output[^1]).Text("type"), Is.Not.Empty);
    }

    [Test]
    public async Task Listen_OnASignalWithinABurst_WritesTheBurstFirst()
    {
        // That another listener has a notification is a strong hint, not a proof, that this one has it too. Often enough
        // it has; a tool that wrote no burst would do so never.
        var last = "{}";
        for (var attempt = 0; attempt < 30 && !Json.IsType(last, "burst"); attempt++)
        {
            var channel = NewChannel();
            await using var tool = await ListenAsync([channel], "--coalesce", "60000", "--max-wait", "60000");
            await using var other = await ListenAsync([channel], "--count", "1");
            await NotifyAsync(channel, "held back");
            await other.ExitCodeAsync();

            tool.Signal(ToolProcess.SigInt);

            Assert.That(await tool.ExitCodeAsync(), Is.Zero);
            last = tool.Output[^1];
        }

        Assert.That(Json.Parse(last).Is("latest", "held back"), last);
    }

    [Test]
    public async Task Listen_OnASignalWhileTheHostIsUnreachable_EndsCleanly()
    {
        await using var tool = ToolProcess.Start(["listen", "c", "--connection", "Host=127.0.0.1;Port=1", "--format", "json"]);
        await tool.OutputLineAsync(line => line.Contains("\"reconnecting\"", StringComparison.Ordinal));

        tool.Signal(ToolProcess.SigTerm);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
    }

    [Test]
    public async Task Listen_WhenItsReaderHasGone_EndsQuietly([Values("text", "json")] string format)
    {
        var channel = NewChannel();
        using var tool = new UnreadProcess("listen", channel, "--connection", Connection, "--format", format);
        await (format is "json"
            ? UnreadProcess.ReadUntilAsync(tool.Output, line => Json.IsSubscribed(line, channel))
            : UnreadProcess.ReadUntilAsync(tool.Errors, line => line.EndsWith("subscribed", StringComparison.Ordinal)));

        tool.Output.Close();
        await NotifyAsync(channel, "nobody reads this");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(await tool.Errors.ReadToEndAsync(), Does.Not.Contain("pgnotify:").And.Not.Contain("Exception"));
    }

    [Test]
    public async Task Listen_OnASignalWhileItsReaderDoesNotRead_EndsAllTheSame()
    {
        var channel = NewChannel();
        using var tool = new UnreadProcess("listen", channel, "--connection", Connection, "--format", "json");
        await UnreadProcess.ReadUntilAsync(tool.Output, line => Json.IsSubscribed(line, channel));

        // More than the pipe and the reader's buffer hold: the tool is stuck in a write.
        await NotifyAsync(channel, [.. Enumerable.Repeat(new string('x', 7_000), 40)]);
        tool.Signal(ToolProcess.SigInt);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
    }
}
