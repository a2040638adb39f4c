using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Npgsql;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[LongTest, Parallelizable(ParallelScope.All)]
sealed class DoctorTests : ToolTest
{
    const string Secret = "hunter2-geheim";
    const string Patience = "60"; // less than a run of the tool may take

    [Test]
    public async Task Doctor_OfAGoodServer_FindsEverythingInOrder()
    {
        await using var tool = await ExamineAsync(Connection);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output[^1], Is.EqualTo("Healthy: notifications arrive."));
        Assert.That(tool.Output, Has.Exactly(8).StartsWith("ok       "));
        Assert.That(tool.Output, Has.Some.Contains("20 of 20 arrived: median"));
        Assert.That(tool.Output, Has.Some.Contains("Direct: no pooler"));
    }

    [Test]
    public async Task Doctor_AskedForJson_GivesAnObjectALineAndTheTimesAsNumbers()
    {
        await using var tool = await ToolProcess.RunAsync(["doctor", "--connection", Uri, "--format", "JSON", "--timeout", Patience]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        var findings = Json.OfType(tool.Output, "finding");
        Assert.That(findings.Select(finding => finding.Text("verdict")), Has.Exactly(8).EqualTo("ok"));
        var roundTrip = findings.Single(finding => finding.Is("check", "round trip"));
        Assert.That(roundTrip.GetProperty("medianMs").GetDouble(), Is.GreaterThan(0));
        Assert.That(roundTrip.GetProperty("worstMs").GetDouble(), Is.GreaterThanOrEqualTo(roundTrip.GetProperty("medianMs").GetDouble()));
        Assert.That(Json.OfType(tool.Output, "conclusion").Single().GetProperty("healthy").GetBoolean(), Is.True);
    }

    [Test]
    public async Task Doctor_OfAStandby_NamesIt()
    {
        await using var server = await TestServer.StartOwnAsync();
        await server.RestartAsStandbyAsync();

        await using var tool = await ExamineAsync(server.ConnectionString);

        await AssertProblemAsync(tool, "role", "A standby in recovery", "Connect to the primary.");
    }

    [TestCase("transaction")]
    [TestCase("statement")]
    public async Task Doctor_ThroughAPoolerThatCanNotListen_NamesThePooler(string mode)
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var bouncer = await PgBouncer.StartAsync(server, mode);

        await using var tool = await ExamineAsync(bouncer.ConnectionString);

        await AssertProblemAsync(tool, "path", "A connection pooler in transaction or statement mode", "a pool in session mode");
    }

    [Test]
    public async Task Doctor_ThroughAPoolerInSessionMode_IsContentAndMentionsIt()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var bouncer = await PgBouncer.StartAsync(server, "session");

        await using var tool = await ExamineAsync(bouncer.ConnectionString);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output, Has.Some.Contains("A pooler in session mode stands in between"));
        Assert.That(tool.Output, Has.Some.Contains("20 of 20 arrived"));
    }

    [Test]
    public async Task Doctor_WithAWrongPassword_SaysSo()
    {
        await using var tool = await ExamineAsync(new NpgsqlConnectionStringBuilder(Connection) { Password = Secret }.ConnectionString);

        await AssertProblemAsync(tool, "connection", "The server refused the log-in", "28P01", "Check the user name and the password");
    }

    [Test]
    public async Task Doctor_WithADatabaseThatIsNotThere_SaysSo()
    {
        await using var tool = await ExamineAsync(
            new NpgsqlConnectionStringBuilder(Connection) { Database = "no_such_database" }.ConnectionString);

        await AssertProblemAsync(tool, "connection", "There is no such database", "3D000");
    }

    [Test]
    public async Task Doctor_WhereNothingListens_SaysSo()
    {
        await using var tool = await ExamineAsync($"Host=127.0.0.1;Port=1;Username=u;Password={Secret}");

        await AssertProblemAsync(tool, "host", "127.0.0.1:1 refuses connections: nothing listens there.", "firewall");
    }

    [TestCase("Host=::1;Port=1", "[::1]:1 ")]
    [TestCase("Host=localhost:99999", "localhost:99999 has a port that is no number from 1 to 65535.")]
    [TestCase("Host=localhost:0", "localhost:0 has a port that is no number from 1 to 65535.")]
    [TestCase("Host=%zz", "%zz:5432 can't be reached")]
    [TestCase("Host=a:b:c", "[a:b:c]:5432 can't be reached")]
    public async Task Doctor_OfAHostThatIsNone_OrAnIPv6AddressWithoutBrackets_SaysWhatIsSo(string text, string expected)
    {
        await using var tool = await ExamineAsync($"{text};Username=u;Password={Secret}");

        await AssertProblemAsync(tool, "host", expected);
    }

    [Test]
    public async Task Doctor_OfASocketWithTooLongAPath_SaysSo()
    {
        await using var tool = await ToolProcess.RunAsync(["doctor", "--connection", $"Host=/{new string('a', 200)};Username=u"]);

        await AssertProblemAsync(tool, "host", "is too long, or no name of a host.");
    }

    [Test]
    public async Task Doctor_OfSeveralHosts_OneOfThemWithoutAProperPort_NamesThatOne()
    {
        await using var tool = await ExamineAsync($"{Connection};Host=127.0.0.1,localhost:zz");

        await AssertProblemAsync(tool, "connection", "localhost:zz has a port that is no number", "Npgsql refuses a setting");
    }

    [Test]
    public async Task Doctor_OfAHostThatTakesConnectionsAndIsSilent_GivesUpInTime()
    {
        await using var proxy = FaultProxy.Start(Connection);
        using var blackHole = proxy.Swallow();

        // The time is that of all checks: on a busy machine it has to be longer for the host to be found.
        foreach (var seconds in new[] { "5", "20", "80" })
        {
            await using var tool = await ExamineAsync(proxy.ConnectionString, seconds);
            if (!tool.Output.Any(line => line.Contains("takes connections", StringComparison.Ordinal)))
                continue;
            await AssertProblemAsync(tool, "connection", $"No answer within the {seconds} s", "--timeout");
            return;
        }

        Assert.Fail("It found no host that takes connections.");
    }

    [Test, Platform("Linux")]
    public async Task Doctor_OfAHostThatSwallowsPackets_GivesUpInTime()
    {
        // Once the queue of those that wait to be accepted is full, Linux drops what asks for a connection.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var waiting = await FillAsync((IPEndPoint)full.LocalEndPoint!);
        try
        {
            await using var tool = await ExamineAsync($"Host=127.0.0.1;Port={((IPEndPoint)full.LocalEndPoint!).Port};Username=u;Password={Secret}", "2");

            await AssertProblemAsync(tool, "host", "does not answer", "firewall");
        }
        finally
        {
            waiting.ForEach(socket => socket.Dispose());
        }
    }

    [Test]
    public async Task Doctor_ForARoleThatMayNotNotify_SaysWhatToGrant()
    {
        await using var server = await TestServer.StartOwnAsync();
        await server.ExecuteAsync($"create role mute login password '{Secret}'; revoke execute on function pg_notify(text, text) from public");
        var mute = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = "mute", Password = Secret };

        await using var tool = await ExamineAsync(mute.ConnectionString);

        await AssertProblemAsync(tool, "round trip", "pg_notify", "42501", "Grant");
    }

    [Test]
    public async Task Doctor_OfAHostThatIsSilent_EndsAtOnceWhenInterrupted()
    {
        await using var proxy = FaultProxy.Start(Connection);
        using var blackHole = proxy.Swallow();
        await using var tool = ToolProcess.Start(["doctor", "--connection", proxy.ConnectionString, "--timeout", "3600"]);
        await tool.OutputLineAsync(line => line.Contains("takes connections", StringComparison.Ordinal));

        tool.Signal(ToolProcess.SigInt);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(tool.Errors, Is.EqualTo(new[] { "pgnotify: interrupted." }));
    }

    static async Task<ToolProcess> ExamineAsync(string connection, string timeout = Patience)
    {
        var tool = await ToolProcess.RunAsync(["doctor", "--connection", connection, "--timeout", timeout]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tool.Output, Has.Count.LessThanOrEqualTo(24).And.All.Property("Length").LessThanOrEqualTo(80), tool.ToString());
            Assert.That(string.Concat([.. tool.Output, .. tool.Errors]), Does.Not.Contain(Secret).And.Not.Contain("\e").And.Not.Contain(" at Npgsql."));
            Assert.That(string.Concat([.. tool.Output, .. tool.Errors]), Does.Not.Contain(new NpgsqlConnectionStringBuilder(connection).Password ?? Secret));
            Assert.That(tool.Errors, Is.Empty);
        }

        return tool;
    }

    static async Task AssertProblemAsync(ToolProcess tool, string check, params string[] words)
    {
        var text = string.Join(' ', tool.Output.Select(line => line.Trim()));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1), tool.ToString());
            Assert.That(tool.Output, Has.Exactly(1).StartsWith($"PROBLEM  {check,-12}"), tool.ToString());
            foreach (var word in words)
                Assert.That(text, Does.Contain(word));
            Assert.That(tool.Output[^1], Is.EqualTo("Not healthy: 1 problem."));
        }
    }

    // On the loopback a connection that is taken is so within the call that asks for it.
    static bool IsUnanswered(IPEndPoint endpoint) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Any(connection => connection.State is TcpState.SynSent && connection.RemoteEndPoint.Equals(endpoint));

    static async Task<List<Socket>> FillAsync(IPEndPoint endpoint)
    {
        var sockets = new List<Socket>();
        while (true)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            var connecting = socket.ConnectAsync(endpoint);
            await Eventually.IsTrueAsync(() => connecting.IsCompleted || IsUnanswered(endpoint));
            if (!connecting.IsCompleted)
                return sockets;
            await connecting;
        }
    }
}
