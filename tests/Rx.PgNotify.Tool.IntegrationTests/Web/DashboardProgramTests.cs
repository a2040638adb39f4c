using System.Net;
using System.Net.Sockets;

namespace Rx.PgNotify.Tool.IntegrationTests.Web;

/// <summary>The dashboard as a program.</summary>
[LongTest]
public sealed class DashboardProgramTests : SampleFixture
{
    [Test]
    public async Task TheProgram_SaysWhereItServes_AndEndsOnCtrlC()
    {
        await using var program = SampleProcess.Start("Rx.PgNotify.LiveDashboard.dll", Connection, "0");
        var address = new Uri((await program.ReadLineAsync())!.Split(' ')[0]);
        await using var reader = await EventReader.OpenAsync(address);
        await using (var brief = await EventReader.OpenAsync(address))
            await brief.UntilNewestAsync();
        await ExecuteAsync("INSERT INTO dashboard_orders (customer, amount) VALUES ('Ada', 30)");
        await reader.UntilNewestAsync("Ada");

        Assert.That(await program.InterruptAsync(), Is.Zero);
        Assert.That(await program.Errors, Is.Empty);
    }

    [Test]
    public async Task TheProgram_WhenItsPortIsTaken_SaysSo()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var program = SampleProcess.Start("Rx.PgNotify.LiveDashboard.dll", Connection, $"{port}");

        Assert.That(await program.ExitCodeAsync(), Is.EqualTo(1));
        // A connection that is slow to open may be logged before it.
        Assert.That(await program.Errors, Does.Match("(?m)^LiveDashboard: ").And.Contains($"127.0.0.1:{port}").And.Not.Contain(" at "));
    }

    [TestCase("no number")]
    [TestCase("65536")]
    [TestCase("-1")]
    public async Task TheProgram_CalledWrongly_ShowsItsUsage(string port)
    {
        await using var program = SampleProcess.Start("Rx.PgNotify.LiveDashboard.dll", Connection, port);

        Assert.That(await program.ExitCodeAsync(), Is.EqualTo(2));
        Assert.That(await program.Errors, Does.StartWith("Usage: LiveDashboard "));
    }
}
