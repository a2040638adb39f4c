namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[Parallelizable(ParallelScope.All)]
sealed class HelpWidthTests
{
    [TestCase("watch", "--keys-only")]
    [TestCase("top", "--interval")]
    public async Task Help_OnATerminalOf80Columns_Fits(string command, string option)
    {
        await using var terminal = TerminalSession.Start("pgnotify.dll", ["COLUMNS=80"], command, "--help");

        Assert.That(await terminal.ExitCodeAsync(), Is.Zero);
        Assert.That(terminal.Output, Does.Contain(option).And.Contain("Examples:"));
        Assert.That(terminal.Output.Split('\n').Select(line => line.TrimEnd()), Has.All.Property("Length").LessThanOrEqualTo(80));
    }
}
