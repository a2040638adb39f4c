namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[LongTest]
public sealed class WatchTerminalTests : WatchFixture
{
    const char Interrupt = '\x03';

    [Test]
    public async Task Watch_OnATerminal_ShowsChangesInColours_AndCtrlCRemovesTheTrigger()
    {
        await using var terminal = TerminalSession.Start("pgnotify.dll", "watch", "orders", "--connection", Connection);
        await terminal.UntilAsync(screen => screen.Contains("watching public.orders, key id", StringComparison.Ordinal), "the trigger should be installed");

        await ExecuteAsync("INSERT INTO orders VALUES (1, E'[red]not markup[/]\\u001b[2J', 30)");
        await ExecuteAsync("UPDATE orders SET status = 'paid'");
        await ExecuteAsync("DELETE FROM orders");
        var screen = await terminal.UntilAsync(screen => screen.Contains("  delete  id 1", StringComparison.Ordinal), "the deletion should come");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(screen, Does.Contain("  insert  id 1  status \"[red]not markup[/]\\u001b[2J\", amount 30\n"), "values are neither markup nor escape sequences");
            Assert.That(screen, Does.Contain("\\u001b[2J\" -> \"paid\"\n"));
            Assert.That(terminal.Output, Does.Match("\e\\[[0-9;]+m  insert"), "the operation is coloured");
            Assert.That(terminal.Output, Does.Match("\e\\[[0-9;]+m\"paid\""), "so is the value");
        }

        await terminal.TypeAsync(Interrupt);
        Assert.That(await terminal.ExitCodeAsync(), Is.Zero);
        Assert.That(await RemainsAsync(), Is.EqualTo(Nothing));
    }

    [TestCase("NO_COLOR=1")]
    [TestCase("TERM=dumb")]
    public async Task Watch_OnATerminalThatWantsNoColours_IsPlain(string setting)
    {
        await using var terminal = TerminalSession.Start("pgnotify.dll", [setting], "watch", "orders", "--connection", Connection);
        await terminal.UntilAsync(screen => screen.Contains("watching public.orders", StringComparison.Ordinal), "the trigger should be installed");

        await ExecuteAsync("INSERT INTO orders VALUES (1, 'plain', 30)");
        await terminal.UntilAsync(screen => screen.Contains("\"plain\"", StringComparison.Ordinal), "the change should come");

        Assert.That(terminal.Output, Does.Not.Contain("\e[9"));
    }
}
