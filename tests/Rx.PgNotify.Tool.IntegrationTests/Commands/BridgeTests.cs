namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[LongTest, Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win", Reason = "signals")]
sealed class BridgeTests : NatsToolTest
{
    const string AtWork = " at work";
    const string StandingBy = "standing by: another bridge is at work";

    [Test]
    public async Task Listen_OverNats_WritesTheLinesThatItWritesOverPostgreSQL()
    {
        var (prefix, channel) = (NewPrefix(), NewChannel());
        await using var bridge = await BridgeAsync(prefix, AtWork);
        await using var over = await ListenOverNatsAsync(prefix, [channel], "--count", "3");
        await using var direct = await ListenAsync([channel], "--count", "3");

        await NotifyAsync(channel, "one", "", "{\"é\":\"\\u0007 \U0001F418\"}\u001b[31m\n");

        Assert.That(await over.ExitCodeAsync(), Is.Zero);
        Assert.That(await direct.ExitCodeAsync(), Is.Zero);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Notifications(over), Has.Count.EqualTo(3).And.EqualTo(Notifications(direct)), "the sender's process id too");
            Assert.That(Json.Parse(over.Output[0]).Is("state", "connecting"), over.Output[0]);
            Assert.That(over.Errors, Is.Empty);
            Assert.That(bridge.Output, Is.Empty);
        }
    }

    [Test]
    public async Task Listen_OverNatsAsText_WritesColumnsAndComments()
    {
        var (prefix, channel) = (NewPrefix(), NewChannel());
        await using var bridge = await BridgeAsync(prefix, AtWork, channel);
        await using var tool = ToolProcess.Start(["listen", channel, "--nats", Server.Url, "--prefix", prefix, "--count", "1"]);
        await tool.ErrorLineAsync(line => line.EndsWith($"{channel}: resync, subscribed", StringComparison.Ordinal));

        await NotifyAsync(channel, "payload");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(tool.Output, Has.Count.EqualTo(1).And.All.Match($"^\\d\\d:\\d\\d:\\d\\d\\.\\d\\d\\d\t{channel}\t\\d+\tpayload$"));
    }

    [Test]
    public async Task Listen_OverNatsWithCoalesce_WritesTheBurst()
    {
        var (prefix, channel) = (NewPrefix(), NewChannel());
        await using var bridge = await BridgeAsync(prefix, AtWork);
        await using var tool = await ListenOverNatsAsync(prefix, [channel], "--coalesce", "60000", "--max-wait", "60000", "--count", "500");

        await TestServer.Current.ExecuteAsync($"SELECT pg_notify('{channel}', i::text) FROM generate_series(1, 500) AS i");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(
            Json.OfType(tool.Output, "burst").Select(b => (b.GetProperty("count").GetInt32(), b.Text("latest"))), Is.EqualTo(new[] { (500, "500") }));
    }

    [Test]
    public async Task Bridge_OnASignal_GivesItsRoleToTheOneThatStandsBy([Values(ToolProcess.SigInt, ToolProcess.SigTerm)] int signal)
    {
        var (prefix, channel) = (NewPrefix(), NewChannel());
        // With so long a heartbeat only a role that is given up can be taken over in time.
        await using var first = await BridgeAsync(prefix, AtWork, "--heartbeat", "1000");
        await using var tool = await ListenOverNatsAsync(prefix, [channel], "--count", "1");
        await using var second = await BridgeAsync(prefix, StandingBy, "--heartbeat", "4");

        first.Signal(signal);

        Assert.That(await first.ExitCodeAsync(), Is.Zero);
        await second.ErrorLineAsync(line => line.EndsWith(AtWork, StringComparison.Ordinal));
        await tool.OutputLineAsync(line => Json.Parse(line).Is("reason", "reconnected"));
        await NotifyAsync(channel, "from the second one");
        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Json.OfType(tool.Output, "notification").Single().Text("payload"), Is.EqualTo("from the second one"));
            Assert.That(States(first), Is.EqualTo(new[] { "connecting", "at work", "connecting", "stopped" }).Or.EqualTo(new[] { "connecting", "at work", "stopped" }), "states are conflated");
            Assert.That(States(second), Is.EqualTo(new[] { "connecting", StandingBy, "at work" }));
            Assert.That(first.Output.Concat(second.Output), Is.Empty);
        }
    }

    [Test]
    public async Task Bridge_ThatForwardsListedChannelsOnly_RefusesOthers()
    {
        var (prefix, channel) = (NewPrefix(), NewChannel());
        await using var bridge = await BridgeAsync(prefix, AtWork, channel, "--listed-only");
        await using var listed = await ListenOverNatsAsync(prefix, [channel]);

        await using var other = await ToolProcess.RunAsync(["listen", NewChannel(), "--nats", Server.Url, "--prefix", prefix, "--format", "json"]);

        Assert.That(await other.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(other.Errors, Has.Count.EqualTo(1).And.All.Contains("can't be heard: the bridge forwards the channels of its options only."));
    }

    [Test]
    public async Task Bridge_WithTheServersFromTheEnvironment_IsAtWorkUnderTheUsualPrefix()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var bridge = ToolProcess.Start(["bridge"], ("NATS_URL", nats.Url), ("DATABASE_URL", Uri));
        await bridge.ErrorLineAsync(line => line.EndsWith(AtWork, StringComparison.Ordinal));

        await using var listen = ToolProcess.Start(["listen", "c", "--nats", nats.Url, "--format", "json"]);

        await listen.OutputLineAsync(line => Json.IsSubscribed(line, "c"));
    }

    [TestCase(ToolProcess.SigInt)]
    [TestCase(ToolProcess.SigTerm)]
    public async Task Bridge_OnASignalWhileAnEndIsMissing_EndsCleanly(int signal)
    {
        await using var noNats = ToolProcess.Start(["bridge", "--connection", Connection, "--nats", "nats://127.0.0.1:1"]);
        await using var noServer = ToolProcess.Start(
            ["bridge", "--connection", "Host=127.0.0.1;Port=1;Username=u", "--nats", Server.Url, "--prefix", NewPrefix()]);
        foreach (var tool in new[] { noNats, noServer })
        {
            await tool.ErrorLineAsync(line => line.Contains("failing: ", StringComparison.Ordinal));

            tool.Signal(signal);

            Assert.That(await tool.ExitCodeAsync(), Is.Zero);
            Assert.That(tool.Errors[^1], Does.EndWith(" stopped"));
        }
    }

    [Test]
    public async Task Listen_OverNatsWithoutABridge_SaysWhatIsMissingAndKeepsTrying()
    {
        var (prefix, channel) = (NewPrefix(), NewChannel());
        await using var tool = ToolProcess.Start(["listen", channel, "--nats", Server.Url, "--prefix", prefix, "--format", "json"]);
        var state = Json.Parse(await tool.OutputLineAsync(line => line.Contains("\"reconnecting\"", StringComparison.Ordinal)));
        Assert.That(state.Text("cause"), Does.Contain($"is there, and no bridge on {prefix}.ask"));

        await using var bridge = await BridgeAsync(prefix, AtWork);

        await tool.OutputLineAsync(line => Json.IsSubscribed(line, channel));
    }

    static List<(string, string, int)> Notifications(ToolProcess tool) =>
    [
        .. Json.OfType(tool.Output, "notification").Select(n => (n.Text("channel"), n.Text("payload"), n.GetProperty("processId").GetInt32()))
    ];

    // Without the mark and the time.
    static IEnumerable<string> States(ToolProcess bridge) => bridge.Errors.Select(line => line.Split(' ', 3)[2]);
}
