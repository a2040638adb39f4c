using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Rx.PgNotify.Tool.IntegrationTests.Web;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[LongTest, Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win", Reason = "signals")]
[UnsupportedOSPlatform("windows")]
sealed partial class WebDemoTests
{
    [TestCase(ToolProcess.SigInt)]
    [TestCase(ToolProcess.SigTerm)]
    public async Task WebDemo_ServesOrdersThatChange_AndLeavesNothingBehind(int signal)
    {
        using var temporary = new ServerFolder();
        await using var tool = Start(temporary, "--port", "0");
        var address = await AddressAsync(tool);
        await using (var reader = await EventReader.OpenAsync(address))
        {
            await reader.UntilAsync("orders", orders => orders.GetProperty("count").GetInt64() >= 3, "three orders");
            await reader.UntilStateAsync("Listening");
        }

        // Also with a browser that stays.
        await using var open = await EventReader.OpenAsync(address);
        await open.UntilStateAsync("Listening");
        tool.Signal(signal);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Errors, Is.Empty);
        Assert.That(temporary.Processes, Is.Empty);
        Assert.That(temporary.Entries, Is.Empty);
    }

    [Test]
    public async Task WebDemo_InterruptedBeforeItServes_LeavesNothingBehind()
    {
        using var temporary = new ServerFolder();
        await using var tool = Start(temporary, "--port", "0");
        await tool.OutputLineAsync(line => line.StartsWith("A live dashboard", StringComparison.Ordinal));

        tool.Signal(ToolProcess.SigInt);

        // On a busy machine the signal may come when it serves already, which is the end that is meant.
        var expected = await tool.ExitCodeAsync() == 0 ? Array.Empty<string>() : ["pgnotify: interrupted."];
        Assert.That(tool.Errors, Is.EqualTo(expected));
        Assert.That(temporary.Processes, Is.Empty);
        Assert.That(temporary.Entries, Is.Empty);
    }

    [Test]
    public async Task WebDemo_OnAPortThatIsTaken_SaysSoAndLeavesNothingBehind()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        using var temporary = new ServerFolder();
        await using var tool = Start(temporary, "--port", $"{((IPEndPoint)other.LocalEndpoint).Port}");

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(tool.Errors, Has.Exactly(1).StartsWith("pgnotify: ").And.Exactly(1).Contains("in use"));
        Assert.That(temporary.Processes, Is.Empty);
        Assert.That(temporary.Entries, Is.Empty);
    }

    [Test]
    public async Task TwoWebDemos_WithoutAPort_ServeSideBySide()
    {
        using var temporary = new ServerFolder();
        await using var one = Start(temporary);
        await using var two = Start(temporary);

        var addresses = new[] { await AddressAsync(one), await AddressAsync(two) };
        Assert.That(addresses, Is.Unique);
        foreach (var tool in new[] { one, two })
        {
            tool.Signal(ToolProcess.SigInt);
            Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        }
    }

    static ToolProcess Start(ServerFolder temporary, params string[] arguments) => ToolProcess.Start(
        ["demo", "--web", .. arguments], ("TMPDIR", temporary.Path), ("PGNOTIFY_TEST_CONNECTION", ""));

    static async Task<Uri> AddressAsync(ToolProcess tool) =>
        new(Address().Match(await tool.OutputLineAsync(Address().IsMatch)).Value);

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Address();
}
