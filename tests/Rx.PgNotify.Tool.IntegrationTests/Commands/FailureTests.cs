using System.Net.Sockets;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[LongTest, Parallelizable(ParallelScope.All)]
sealed class FailureTests : ToolTest
{
    const string Secret = "hunter2-geheim";
    static readonly string s_refused = new SocketException((int)SocketError.ConnectionRefused).Message;

    [Test]
    public async Task Tool_WithAWrongPassword_SaysSoInOneLineWithoutIt([Values("listen", "send")] string command, [Values] bool uri)
    {
        var parts = ConnectionParts;
        parts.Password = Secret;
        var connection = uri ? $"postgres://{parts.Username}:{Secret}@{parts.Host}:{parts.Port}/{parts.Database}" : parts.ConnectionString;

        await using var tool = await ToolProcess.RunAsync([command, "c", "--connection", connection, .. command is "listen" ? new[] { "--format", "json" } : []]);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(tool.Errors, Has.Count.EqualTo(1).And.All.StartsWith("pgnotify: ").And.All.Contains("28P01"));
        AssertNothingLeaks(tool);
    }

    [Test]
    public async Task Tool_WithADatabaseThatIsNotThere_SaysSoInOneLine([Values("listen", "send")] string command)
    {
        var parts = ConnectionParts;
        parts.Database = "no_such_database";

        await using var tool = await ToolProcess.RunAsync([command, "c", "--connection", parts.ConnectionString, .. command is "listen" ? new[] { "--format", "json" } : []]);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(tool.Errors, Has.Count.EqualTo(1).And.All.Contains("3D000"));
        AssertNothingLeaks(tool);
    }

    [Test]
    public async Task Listen_WithAnUnreachableHost_KeepsTryingAndSaysSo()
    {
        await using var tool = ToolProcess.Start(["listen", "c", "--connection", $"Host=127.0.0.1;Port=1;Password={Secret}", "--format", "json"]);

        var second = Json.Parse(await tool.OutputLineAsync(line =>
            Json.Parse(line) is var item && item.Is("state", "reconnecting") && item.GetProperty("attempt").GetInt32() == 2));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(second.GetProperty("delayMs").GetInt64(), Is.InRange(0, 400));
            Assert.That(second.Text("cause"), Does.Contain("127.0.0.1:1: " + s_refused));
            Assert.That(tool.Errors, Is.Empty);
        }

        AssertNothingLeaks(tool);
    }

    [Test]
    public async Task Send_ToAnUnreachableHost_FailsInOneLine()
    {
        await using var tool = await ToolProcess.RunAsync(["send", "c", "x", "--connection", $"Host=127.0.0.1;Port=1;Password={Secret}"]);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(tool.Errors, Has.Count.EqualTo(1).And.All.Contains("127.0.0.1:1: " + s_refused));
        AssertNothingLeaks(tool);
    }

    [Test]
    public async Task Tool_WithAHostThatNpgsqlCanNotRead_SaysSoInOneLine(
        [Values("send c x", "watch orders", "top", "trigger orders --install")] string command, [Values("127.0.0.1:x", "a,127.0.0.1:99999")] string host)
    {
        await using var tool = await ToolProcess.RunAsync([.. command.Split(' '), "--connection", $"Host={host};Username=u;Password={Secret}"]);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(2));
        Assert.That(tool.Errors[0], Is.EqualTo("pgnotify: the connection: a host has a port that is no number from 1 to 65535."));
        AssertNothingLeaks(tool);
    }

    static void AssertNothingLeaks(ToolProcess tool)
    {
        var everything = string.Concat([.. tool.Output, .. tool.Errors]);
        Assert.That(everything, Does.Not.Contain(Secret).And.Not.Contain(" at Npgsql.").And.Not.Contain(" at Rx.").And.Not.Contain("Exception:"));
    }
}
