namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>A NATS server that lets in one user alone, and what the tool says of those whom it does not.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
sealed class NatsFailureTests : NatsToolTest
{
    const string Secret = "hunter2-geheim";
    const string Password = "right+/?#@,";

    protected override string Configuration => $"authorization {{ user: me, password: \"{Password}\" }}";

    [Test]
    public async Task Tool_WithAUserInTheAddress_Connects()
    {
        var (prefix, channel) = (NewPrefix(), NewChannel());
        var address = Address(Password);
        await using var bridge = ToolProcess.Start(["bridge", "--connection", Connection, "--nats", address, "--prefix", prefix]);
        await bridge.ErrorLineAsync(line => line.EndsWith(" at work", StringComparison.Ordinal));

        await using var tool = ToolProcess.Start(["listen", channel, "--nats", address, "--prefix", prefix, "--format", "json"]);

        await tool.OutputLineAsync(line => Json.IsSubscribed(line, channel));
    }

    [Test]
    public async Task Bridge_WithAWrongPasswordForNats_SaysSoWithoutIt()
    {
        await using var tool = ToolProcess.Start(["bridge", "--connection", Connection, "--nats", Address(Secret)]);

        var line = await tool.ErrorLineAsync(line => line.Contains("failing: ", StringComparison.Ordinal));

        Assert.That(line, Does.Contain("uthorization").IgnoreCase);
        AssertNothingLeaks(tool);
    }

    [Test]
    public async Task Listen_WithAWrongPasswordForNats_SaysSoWithoutIt()
    {
        await using var tool = await ToolProcess.RunAsync(["listen", "c", "--nats", Address(Secret), "--format", "json"]);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(tool.Errors, Has.Count.EqualTo(1).And.All.StartsWith("pgnotify: NATS at nats://"));
        Assert.That(tool.Errors[0], Does.Contain(" refused the log-in: authorization violation").IgnoreCase);
        AssertNothingLeaks(tool);
    }

    [Test]
    public async Task Tool_WithoutNats_SaysSoWithoutTheUser([Values("bridge", "listen")] string command)
    {
        string[] rest = command is "listen" ? ["c", "--format", "json"] : ["--connection", Connection];
        await using var tool = ToolProcess.Start([command, "--nats", $"nats://me:{Secret}@127.0.0.1:1", .. rest]);

        var line = await (command is "listen"
            ? tool.OutputLineAsync(line => line.Contains("cause", StringComparison.Ordinal))
            : tool.ErrorLineAsync(line => line.Contains("failing: ", StringComparison.Ordinal)));

        Assert.That(line, Does.Contain("There is no connection to NATS").And.Contain("127.0.0.1:1"));
        AssertNothingLeaks(tool);
    }

    [Test]
    public async Task Bridge_WithAWrongPasswordForPostgreSQL_SaysSoWithoutIt()
    {
        var parts = ConnectionParts;
        parts.Password = Secret;
        await using var tool = ToolProcess.Start(["bridge", "--connection", parts.ConnectionString, "--nats", Address(Password), "--prefix", NewPrefix()]);

        await tool.ErrorLineAsync(line => line.Contains("28P01", StringComparison.Ordinal));

        AssertNothingLeaks(tool);
    }

    string Address(string password) => Server.Url.Replace("://", $"://me:{System.Uri.EscapeDataString(password)}@", StringComparison.Ordinal);

    static void AssertNothingLeaks(ToolProcess tool)
    {
        var everything = string.Concat([.. tool.Output, .. tool.Errors]);
        Assert.That(everything, Does.Not.Contain(Secret).And.Not.Contain(" at NATS.").And.Not.Contain(" at Rx.").And.Not.Contain("Exception:"));
    }
}
