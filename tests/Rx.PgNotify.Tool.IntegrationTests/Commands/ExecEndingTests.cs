using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>The end of what a command of <c>listen --exec</c> has started.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
[Platform("Linux", Reason = "/proc")]
[SupportedOSPlatform("linux")]
sealed class ExecEndingTests : ToolTest
{
    // The shell that is the command has a child, which has nothing of its output.
    const string Child = "sh -c \"echo \\$\\$; exec sleep 300 >/dev/null 2>&1\"";

    [TestCase($"{Child}; echo published", ToolProcess.SigTerm)]
    [TestCase($"{Child}; echo published", 0)]
    [TestCase("(" + Child + "; echo published)& wait", ToolProcess.SigTerm)]
    public async Task Exec_OfAShell_EndsWithWhatThatHasStarted(string script, int signal)
    {
        var channel = NewChannel();
        await using var tool = ToolProcess.Start(
            ["listen", channel, "--connection", Connection, "--exec", $"sh -c '{script}'", .. signal == 0 ? new[] { "--timeout", "10" } : []]);
        await tool.ErrorLineAsync(line => line.EndsWith($"{channel}: resync, subscribed", StringComparison.Ordinal));
        await NotifyAsync(channel, "x");
        var id = await tool.OutputLineAsync(line => line.Length > 0);
        Assert.That(IsRunning(id));

        if (signal != 0)
            tool.Signal(signal);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(signal == 0 ? 3 : 0), tool.ToString());
        Assert.That(IsRunning(id), Is.False, "it lives on");
        Assert.That(tool.Output, Is.EqualTo(new[] { id }));
    }

    [Test]
    public async Task Exec_OfAShellWhoseChildIgnoresTheSignal_KillsThatToo()
    {
        var channel = NewChannel();
        await using var tool = ToolProcess.Start(
            ["listen", channel, "--connection", Connection, "--exec", """sh -c 'sh -c "trap \"\" TERM; echo \$\$; exec sleep 300 >/dev/null 2>&1"; echo published'"""]);
        await tool.ErrorLineAsync(line => line.EndsWith($"{channel}: resync, subscribed", StringComparison.Ordinal));
        await NotifyAsync(channel, "x");
        var id = await tool.OutputLineAsync(line => line.Length > 0);

        tool.Signal(ToolProcess.SigTerm);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(IsRunning(id), Is.False, "it lives on");
        Assert.That(tool.Output, Is.EqualTo(new[] { id }));
    }

    [Test]
    public async Task Exec_OfACommandOfAnotherUser_SaysThatItRunsOn()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/setpriv"))
            Assert.Ignore("It takes root, to become another user, and setpriv of util-linux.");
        var channel = NewChannel();
        const string command = "sh -c 'echo $$; exec setpriv --reuid=65534 --clear-groups sleep 300 >/dev/null 2>&1'";
        // Without the right to signal everybody, root is as anybody else in that.
        await using var tool = ToolProcess.StartUnder(["setpriv", "--bounding-set=-kill"], ["listen", channel, "--connection", Connection, "--exec", command]);
        await tool.ErrorLineAsync(line => line.EndsWith($"{channel}: resync, subscribed", StringComparison.Ordinal));
        await NotifyAsync(channel, "x");
        var id = await tool.OutputLineAsync(line => line.Length > 0);

        tool.Signal(ToolProcess.SigTerm);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1), tool.ToString());
        Assert.That(tool.Errors[^1], Does.StartWith("# ").And.Contains(" the command can't be ended and runs on: ").And.EndsWith(": Operation not permitted"));
        Assert.That(IsRunning(id));
        using var left = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
        left.Kill();
    }

    static bool IsRunning(string id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
