using System.Diagnostics;

namespace Rx.PgNotify.IntegrationTests.Tool;

[Parallelizable(ParallelScope.All)]
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
        var (burst, marker) = (NewChannel(), NewChannel());
        await using var tool = await ListenAsync([burst], "--coalesce", "60000", "--max-wait", "60000");
        await using var other = await ListenAsync([burst, marker], "--count", "3");
        await NotifyAsync(burst, "one", "two");
        await NotifyAsync(marker, "three");
        await other.ExitCodeAsync();

        tool.Signal(ToolProcess.SigInt);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(tool.Output[^1], Is.EqualTo($$"""{"type":"burst","channel":"{{burst}}","count":2,"latest":"two"}"""));
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
        using var process = Process.Start(ToolProcess.StartInfo(["listen", channel, "--connection", Connection, "--format", format]))!;
        var (reader, subscribed) = format is "json"
            ? (process.StandardOutput, (Func<string, bool>)(line => Json.IsSubscribed(line, channel)))
            : (process.StandardError, line => line.EndsWith("subscribed", StringComparison.Ordinal));
        while (!subscribed((await reader.ReadLineAsync())!))
        {
        }

        process.StandardOutput.Close();
        await NotifyAsync(channel, "nobody reads this");

        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(process.ExitCode, Is.Zero);
        Assert.That(await process.StandardError.ReadToEndAsync(), Does.Not.Contain("pgnotify:").And.Not.Contain("Exception"));
    }

    [Test]
    public async Task Listen_OnASignalWhileItsReaderDoesNotRead_EndsAllTheSame()
    {
        var channel = NewChannel();
        using var process = Process.Start(ToolProcess.StartInfo(["listen", channel, "--connection", Connection, "--format", "json"]))!;
        while (!Json.IsSubscribed((await process.StandardOutput.ReadLineAsync())!, channel))
        {
        }

        // More than the pipe and the reader's buffer hold: the tool is stuck in a write.
        await NotifyAsync(channel, [.. Enumerable.Repeat(new string('x', 7_000), 40)]);
        ToolProcess.SendSignal(process, ToolProcess.SigInt);

        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(process.ExitCode, Is.Zero);
    }
}
