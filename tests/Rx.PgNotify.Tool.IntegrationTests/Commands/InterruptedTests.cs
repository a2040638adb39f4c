using System.Diagnostics;
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

    // Npgsql's attempt can't be cancelled here. If the process ended beside one, it could end in the middle of native code, which aborts it.
    [TestCase("listen", "c")]
    [TestCase("watch", "orders")]
    [TestCase("top")]
    [TestCase("send", "c", "x")]
    [TestCase("send", "c", "-")]
    [TestCase("send", "c", "x", "--every", "500")]
    [TestCase("trigger", "orders", "--install")]
    [TestCase("doctor")]
    public async Task Command_GivesAnAttemptThatIsUnderWayASecondToEnd(params string[] command)
    {
        using var silent = Silent(out var target);
        await using var tool = ToolProcess.Start([.. command, .. target]);
        using var connection = await FirstMessageAsync(silent);

        var clock = Stopwatch.StartNew();
        tool.Signal(ToolProcess.SigTerm);
        await tool.ExitCodeAsync();
        Assert.That(clock.Elapsed, Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(950)), tool.ToString());
    }

    static async Task<ToolProcess> InterruptAsync(string[] command)
    {
        using var silent = Silent(out var target);
        var tool = ToolProcess.Start([.. command, .. target]);
        using var connection = await silent.AcceptTcpClientAsync().WaitAsync(ToolProcess.Deadline);
        tool.Signal(ToolProcess.SigTerm);
        await tool.ExitCodeAsync();
        return tool;
    }

    static TcpListener Silent(out string[] target)
    {
        var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        target = ["--connection", $"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Username=u;Password=p;Database=d"];
        return silent;
    }

    /// <summary>The first connection that sends something; the doctor has one before that only looks whether the host takes it.</summary>
    static async Task<TcpClient> FirstMessageAsync(TcpListener silent)
    {
        while (true)
        {
            var connection = await silent.AcceptTcpClientAsync().WaitAsync(ToolProcess.Deadline);
            if (await connection.GetStream().ReadAsync(new byte[8]).AsTask().WaitAsync(ToolProcess.Deadline) > 0)
                return connection;
            connection.Dispose();
        }
    }
}
