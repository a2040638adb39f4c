using System.Net;
using System.Net.Sockets;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>A signal before the server has answered for the first time.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win", Reason = "signals")]
sealed class InterruptedTests
{
    [TestCase("watch", "orders")]
    [TestCase("watch", "orders", "--web", "--web-port", "0")]
    [TestCase("top")]
    [TestCase("top", "--format", "json")]
    [TestCase("send", "c", "x", "--every", "500")]
    [TestCase("send", "c", "-")]
    public async Task Command_ThatGoesOnUntilASignal_EndsCleanlyWithIt(params string[] command)
    {
        await using var tool = await InterruptAsync(command);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output.Concat(tool.Errors), Is.Empty);
    }

    [TestCase("send", "c", "x")]
    [TestCase("send", "c", "x", "--every", "500", "--repeat", "3")]
    [TestCase("trigger", "orders", "--install")]
    public async Task Command_ThatHasSomethingToDo_Fails(params string[] command)
    {
        await using var tool = await InterruptAsync(command);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1), tool.ToString());
        Assert.That(tool.Errors, Is.EqualTo(new[] { "pgnotify: interrupted." }));
    }

    static async Task<ToolProcess> InterruptAsync(string[] command)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var tool = ToolProcess.Start([.. command, "--connection", $"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Username=u;Password=p;Database=d"]);
        using var connection = await silent.AcceptTcpClientAsync().WaitAsync(ToolProcess.Deadline);
        tool.Signal(ToolProcess.SigTerm);
        await tool.ExitCodeAsync();
        return tool;
    }
}
