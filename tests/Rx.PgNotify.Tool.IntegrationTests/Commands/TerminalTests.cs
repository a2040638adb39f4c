namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[LongTest, Parallelizable(ParallelScope.All)]
sealed class TerminalTests : ToolTest
{
    const char Interrupt = '\x03';

    [Test]
    public async Task Listen_OnATerminal_ShowsColoursAndKeepsTheRateBelow()
    {
        var channel = NewChannel();
        await using var terminal = TerminalSession.Start("pgnotify.dll", "listen", channel, "--connection", Connection);
        await terminal.UntilAsync(screen => screen.Contains("resync, subscribed", StringComparison.Ordinal), "the server should listen");

        await NotifyAsync(channel, "[red]not markup[/] \e[2J", "second");
        var screen = await terminal.UntilAsync(
            screen => screen.Split('\n')[^1] is var below && below.StartsWith("listening, ", StringComparison.Ordinal)
                && below.EndsWith(", 2 in all", StringComparison.Ordinal),
            "the line below should have the state, which comes apart from the notifications, and count both");

        Assert.That(screen, Does.Contain($"[red]not markup[/] \\u001B[2J\n"), "payloads are neither markup nor escape sequences");
        Assert.That(screen.Split('\n')[^1], Does.Contain(" a second, "));
        Assert.That(screen.Split('\n').Count(line => line.Contains(" in all", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(terminal.Output, Does.Contain($"\e[96m  {channel}"), "the channel is coloured");

        await terminal.TypeAsync(Interrupt);
        Assert.That(await terminal.ExitCodeAsync(), Is.Zero);
        Assert.That(terminal.Screen, Does.Not.Contain(" in all").And.Contain("second"), "the line below goes, the others stay");
    }

    [TestCase("NO_COLOR=1")]
    [TestCase("TERM=dumb")]
    public async Task Listen_OnATerminalThatWantsNoColours_IsPlain(string setting)
    {
        var channel = NewChannel();
        await using var terminal = TerminalSession.Start("pgnotify.dll", [setting], "listen", channel, "--connection", Connection);
        await terminal.UntilAsync(screen => screen.Contains("resync, subscribed", StringComparison.Ordinal), "the server should listen");

        await NotifyAsync(channel, "plain");
        await terminal.UntilAsync(screen => screen.Contains("plain", StringComparison.Ordinal), "the notification should come");

        Assert.That(terminal.Output, Does.Not.Contain("\e[9").And.Not.Contain(" in all"));
    }

    [Test]
    public async Task Doctor_OnATerminal_ColoursItsVerdicts()
    {
        await using var terminal = TerminalSession.Start("pgnotify.dll", "doctor", "--connection", "Host=127.0.0.1;Port=1;Username=u");

        Assert.That(await terminal.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(terminal.Output, Does.Contain("\e[91mPROBLEM"));
        Assert.That(terminal.Screen, Does.Contain("PROBLEM  host        127.0.0.1:1 refuses connections"));
    }
}
