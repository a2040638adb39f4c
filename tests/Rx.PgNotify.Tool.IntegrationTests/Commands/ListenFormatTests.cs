using System.Globalization;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary><c>listen --format</c>, and what is said of names that look like patterns.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
sealed class ListenFormatTests : ToolTest
{
    [Test]
    public async Task Listen_AsRaw_WritesThePayloadsAndNothingElse()
    {
        var channel = NewChannel();
        await using var tool = await ListenAsync(channel, "--format", "raw", "--count", "3");

        await NotifyAsync(channel, "plain \\ text", "", "\e[31mé\t\U0001F418");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(tool.Output, Is.EqualTo(new[] { "plain \\ text", "", "\e[31mé\t\U0001F418" }));
        Assert.That(tool.Errors, Is.All.StartsWith("# "));
    }

    [TestCase("-0", "raw", "a\nb\0\0c\0")]
    [TestCase("--null", "{payload:raw};", "a\nb;\0;\0c;\0")]
    public async Task Listen_WithNul_EndsEachWithIt(string option, string format, string expected)
    {
        var channel = NewChannel();
        await using var tool = await ListenAsync(channel, "--format", format, option, "--count", "3");

        await NotifyAsync(channel, "a\nb", "", "c");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(string.Join('\n', tool.Output), Is.EqualTo(expected));
    }

    [Test]
    public async Task Listen_AsATemplate_FillsItForEach()
    {
        var channel = NewChannel();
        await using var tool = await ListenAsync(channel, "--format", @"{time}\t{channel} {processId} {count} {payload:json} {payload}", "--count", "1");

        await NotifyAsync(channel, "\"x\"\n\e[2J");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(tool.Output, Has.Count.EqualTo(1));
        Assert.That(tool.Output[0], Does.Match(
            $@"^\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z\t{channel} \d+ 1 ""\\""x\\""\\n\\u001B\[2J"" ""x""\\u000A\\u001B\[2J$"));
    }

    [Test]
    public async Task Listen_AsRawWithCoalesce_WritesTheLatestOfABurst()
    {
        var channel = NewChannel();
        await using var tool = await ListenAsync(channel, "--format", "raw", "--coalesce", "60000", "--max-wait", "60000", "--count", "3");

        await NotifyAsync(channel, "1", "2", "3");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(tool.Output, Is.EqualTo(new[] { "3" }));
    }

    [Test]
    public async Task Listen_AsJson_HasTheTimeBehindTheOtherMembersOfEveryLine()
    {
        var channel = NewChannel();
        var before = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        await using var tool = await ListenAsync([channel], "--count", "1");

        await NotifyAsync(channel, "x");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        var times = tool.Output.Select(line => Json.Parse(line).EnumerateObject().Last()).ToArray();
        Assert.That(times.Select(member => member.Name), Is.All.EqualTo("time"));
        Assert.That(
            times.Select(member => DateTimeOffset.Parse(member.Value.GetString()!, CultureInfo.InvariantCulture)),
            Is.All.InRange(before, DateTimeOffset.UtcNow));
        var notification = Json.OfType(tool.Output, "notification").Single();
        Assert.That(notification.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "type", "channel", "payload", "processId", "time" }));
    }

    [TestCase("raw", "^shown$")]
    [TestCase("{channel}: {payload}", "^tool_.*: shown$")]
    [TestCase("json", "\"payload\":\"shown\"")]
    public async Task Listen_InAFormatForPrograms_IsTheSameOnATerminal(string format, string line)
    {
        var channel = NewChannel();
        await using var terminal = TerminalSession.Start("pgnotify.dll", "listen", channel, "--connection", Connection, "--format", format, "--count", "1");
        await terminal.UntilAsync(screen => screen.Contains("subscribed", StringComparison.Ordinal), "the server should listen");

        await NotifyAsync(channel, "shown");

        Assert.That(await terminal.ExitCodeAsync(), Is.Zero, terminal.Screen);
        Assert.That(terminal.Output.Split("\r\n"), Has.Some.Match(line));
        Assert.That(terminal.Output, Does.Not.Contain(" in all").And.Not.Contain("\e[9"));
    }

    [TestCase("listen", ".*")]
    [TestCase("listen", ".>")]
    [TestCase("send", "*")]
    public async Task AChannelThatLooksLikeAPattern_GetsAWarningAndIsTakenAsItIs(string command, string ending)
    {
        var channel = NewChannel() + ending;
        await using var listener = await ListenAsync([channel], "--count", "1");

        await using var sender = await ToolProcess.RunAsync(["send", channel, "x", "--connection", Connection]);

        Assert.That(await sender.ExitCodeAsync(), Is.Zero);
        Assert.That(await listener.ExitCodeAsync(), Is.Zero);
        Assert.That(
            (command is "send" ? sender : listener).Errors,
            Is.EqualTo(new[] { $"pgnotify: warning: '{channel}' is one channel, of exactly this name: PostgreSQL has no patterns." }));
    }

    [Test]
    public async Task AChannelThatLooksLikeAPattern_GetsAWarningOnATerminalToo()
    {
        await using var terminal = TerminalSession.Start("pgnotify.dll", "send", "orders.*", "x", "--connection", Connection);

        Assert.That(await terminal.ExitCodeAsync(), Is.Zero, terminal.Screen);
        Assert.That(terminal.Screen, Does.Contain("warning: 'orders.*' is one channel"));
    }

    static async Task<ToolProcess> ListenAsync(string channel, params string[] options)
    {
        var tool = ToolProcess.Start(["listen", channel, "--connection", Connection, .. options]);
        await tool.ErrorLineAsync(line => line.EndsWith($"{channel}: resync, subscribed", StringComparison.Ordinal));
        return tool;
    }
}
