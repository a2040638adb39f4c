namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[Parallelizable(ParallelScope.All)]
sealed class HelpTests
{
    const int Width = 80;

    [Test, LongTest]
    public async Task Help_OfEveryCommand_FitsEightyColumns()
    {
        const string line = "pgnotify ";
        await using var offers = await ToolProcess.RunAsync([$"[suggest:{line.Length}]", line]);
        var commands = offers.Output.Where(word => !word.StartsWith('-')).ToArray();
        Assert.That(commands, Does.Contain("listen").And.Contain("send").And.Contain("completion"));

        foreach (var command in commands)
        {
            await using var help = await ToolProcess.RunAsync([command, "--help"]);
            Assert.That(help.Output.Where(text => text.Length > Width), Is.Empty, command);
        }

        await using var all = await ToolProcess.RunAsync(["--help"]);
        Assert.That(all.Output.Where(text => text.Length > Width), Is.Empty);
    }

    [TestCase("listen")]
    [TestCase("send")]
    [TestCase("watch")]
    [TestCase("top")]
    public async Task Help_OnATerminal_FitsItsColumns(string command)
    {
        await using var terminal = TerminalSession.Start("pgnotify.dll", ["COLUMNS=80"], command, "--help");

        Assert.That(await terminal.ExitCodeAsync(), Is.Zero);
        var lines = terminal.Output.Split("\r\n");
        Assert.That(lines.Where(text => text.Length > Width), Is.Empty);
        Assert.That(lines, Has.Some.Contains("-h, --host <HOST>").And.Some.StartsWith("Examples:"));
    }
}
