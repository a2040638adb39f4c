using System.Diagnostics;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary><c>send --repeat</c>, <c>--every</c> and <c>--rate</c>.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win", Reason = "signals")]
sealed class SendRepeatedlyTests : ToolTest
{
    const char Interrupt = '\x03';

    [Test]
    public async Task Send_WithRepeat_SendsItSoOftenOnOneConnection()
    {
        var channel = NewChannel();
        await using var listener = await ListenAsync([channel], "--count", "500");

        await using var tool = await ToolProcess.RunAsync(["send", channel, "again", "--repeat", "500", "--connection", Connection]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output, Is.Empty);
        await listener.ExitCodeAsync();
        var notifications = Json.OfType(listener.Output, "notification");
        Assert.That(notifications.Select(n => n.Text("payload")), Is.All.EqualTo("again"));
        Assert.That(notifications.Select(n => n.GetProperty("processId").GetInt32()).Distinct().Count(), Is.EqualTo(1));
    }

    // How long it takes at least; a busy machine takes longer.
    [TestCase("--every", "500", "4", 1_500)]
    [TestCase("--rate", "4", "7", 1_500)]
    public async Task Send_AtAPace_TakesItsTime(string option, string value, string times, int leastMs)
    {
        var channel = NewChannel();
        await using var listener = await ListenAsync([channel], "--count", times);
        var clock = Stopwatch.StartNew();

        await using var tool = await ToolProcess.RunAsync(["send", channel, "x", option, value, "--repeat", times, "--connection", Connection]);

        Assert.That(clock.ElapsedMilliseconds, Is.AtLeast(leastMs));
        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(await listener.ExitCodeAsync(), Is.Zero);
    }

    [TestCase("--every", "20")]
    [TestCase("--rate", "50")]
    public async Task Send_AtAPaceWithoutRepeat_GoesOnUntilASignal(string option, string value)
    {
        var channel = NewChannel();
        await using var listener = await ListenAsync([channel], "--count", "5");
        await using var tool = ToolProcess.Start(["send", channel, "x", option, value, "--connection", Connection]);
        await listener.ExitCodeAsync();

        tool.Signal(ToolProcess.SigInt);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Errors, Is.Empty);
    }

    [Test]
    public async Task Send_InterruptedBeforeItHasSentAll_Fails()
    {
        var channel = NewChannel();
        await using var listener = await ListenAsync([channel], "--count", "2");
        await using var tool = ToolProcess.Start(["send", channel, "x", "--every", "20", "--repeat", "1000000", "--connection", Connection]);
        await listener.ExitCodeAsync();

        tool.Signal(ToolProcess.SigTerm);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(tool.Errors, Is.EqualTo(new[] { "pgnotify: interrupted." }));
    }

    [Test]
    public async Task Send_FromInputAtAPace_SendsEachLineInOrder()
    {
        var channel = NewChannel();
        await using var listener = await ListenAsync([channel], "--count", "4");
        var clock = Stopwatch.StartNew();
        await using var tool = ToolProcess.Start(["send", channel, "-", "--every", "500", "--connection", Connection]);

        await tool.Input.WriteAsync("1\n2\n3\n4\n");
        tool.Input.Close();

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(clock.ElapsedMilliseconds, Is.AtLeast(1_500));
        await listener.ExitCodeAsync();
        Assert.That(Json.OfType(listener.Output, "notification").Select(n => n.Text("payload")), Is.EqualTo(new[] { "1", "2", "3", "4" }));
    }

    [TestCase(ToolProcess.SigInt)]
    [TestCase(ToolProcess.SigTerm)]
    public async Task Send_FromInputAtAPace_InterruptedWhileLinesWait_SendsThoseThatWereRead(int signal)
    {
        var channel = NewChannel();
        await using var listener = await ListenAsync([channel]);
        await using var tool = ToolProcess.Start(["send", channel, "-", "--every", "86400000", "--connection", Connection]);
        var lines = Enumerable.Range(1, 100).Select(i => $"{i}").ToArray();
        // So few bytes at once are read at once.
        await tool.Input.WriteAsync(string.Join('\n', lines) + "\nnot a whole line");
        await listener.OutputLineAsync(line => Json.IsType(line, "notification"));

        tool.Signal(signal);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Errors, Is.Empty);
        await NotifyAsync(channel, "end");
        await listener.OutputLineAsync(line => Json.Parse(line).Is("payload", "end"));
        Assert.That(Json.OfType(listener.Output, "notification").Select(n => n.Text("payload")), Is.EqualTo(lines.Append("end")));
    }

    [Test]
    public async Task Send_OnATerminal_GoesOnUntilCtrlC()
    {
        var channel = NewChannel();
        await using var listener = await ListenAsync([channel], "--count", "3");
        await using var terminal = TerminalSession.Start("pgnotify.dll", "send", channel, "x", "--every", "20", "--connection", Connection);
        await listener.ExitCodeAsync();

        await terminal.TypeAsync(Interrupt);

        Assert.That(await terminal.ExitCodeAsync(), Is.Zero, terminal.Screen);
    }
}
