using System.Globalization;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[LongTest, Parallelizable(ParallelScope.All)]
sealed class TopTests : ToolTest
{
    const char Interrupt = '\x03';

    [Test]
    public async Task Top_OnAPipe_IsOnePlainTableOfThoseWhoListenAndNotify()
    {
        var (listening, notifying) = (NewChannel(), NewChannel());
        await using var listener = await SessionAsync(Connection, listening, $"LISTEN {listening}");
        await using var notifier = await SessionAsync(Connection, notifying, $"NOTIFY {notifying}, 'payload'");

        await using var tool = await ToolProcess.RunAsync(["top", "--connection", Connection]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tool.Output[0], Does.Match(@"^\S+@\S+:\d+/?\S*, PostgreSQL \d\d"));
            Assert.That(tool.Output[1], Does.Match(@"^Queue      [\d.]+ % of 8 GB in use$"));
            Assert.That(tool.Output[2], Does.StartWith("Held back  by "));
            Assert.That(tool.Output[3], Does.Match(@"^Commits    \d+ with notifications under way, \d+ waiting$"));
            Assert.That(tool.Output, Has.One.Match($@"^ *{listener.ProcessID}  listens   {listening[..19]}… +\d+s .* LISTEN {listening}$"));
            Assert.That(tool.Output, Has.One.Match($@"^ *{notifier.ProcessID}  notifies  {notifying[..19]}… "));
            Assert.That(tool.Output[^1], Does.Contain("PostgreSQL shows no more."));
            Assert.That(string.Concat(tool.Output), Does.Not.Contain("\e"));
            Assert.That(tool.Errors, Is.Empty);
        }
    }

    [Test]
    public async Task Top_AsJson_IsAnObjectALine()
    {
        var channel = NewChannel();
        await using var listener = await SessionAsync(Connection, channel, $"LISTEN \"{channel} \"\"2\"");

        await using var tool = await ToolProcess.RunAsync(["top", "--connection", Connection, "--format", "json"]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        var server = Json.OfType(tool.Output, "server").Single();
        var session = Json.OfType(tool.Output, "session").Single(item => item.GetProperty("processId").GetInt32() == listener.ProcessID);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(server.GetProperty("queueUsage").GetDouble(), Is.InRange(0, 1));
            Assert.That(server.GetProperty("queueBytes").GetInt64(), Is.EqualTo(8L << 30));
            Assert.That(session.GetProperty("listens").GetBoolean(), Is.True);
            Assert.That(session.GetProperty("channels").EnumerateArray().Select(name => name.GetString()), Is.EqualTo(new[] { $"{channel} \"2" }));
            Assert.That(session.Text("state"), Is.EqualTo("idle"));
            Assert.That(session.Text("application"), Is.EqualTo(channel));
            Assert.That(session.TryGetProperty("transactionSeconds", out _), Is.False);
        }
    }

    [Test]
    public async Task Top_KnowsTheListenersOfTheLibrary_WhateverTheyDidLast()
    {
        var application = NewChannel();
        await using var listen = ToolProcess.Start(
            ["listen", "c", "--format", "json", "--connection", new NpgsqlConnectionStringBuilder(Connection) { ApplicationName = application }.ConnectionString]);
        await listen.OutputLineAsync(line => Json.IsSubscribed(line, "c"));

        await using var tool = await ToolProcess.RunAsync(["top", "--connection", Connection]);

        Assert.That(tool.Output, Has.One.Match($@"^ *\d+  listens  .*{application[..19]}…"), tool.ToString());
    }

    [Test]
    public async Task Top_OnlyReads()
    {
        await using var tap = WireTap.Start(Connection);

        await using var tool = await ToolProcess.RunAsync(["top", "--connection", tap.ConnectionString]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        var statements = tap.Statements.SkipWhile(statement => !statement.StartsWith("BEGIN", StringComparison.Ordinal)).ToArray();
        Assert.That(statements[1], Is.EqualTo("SET TRANSACTION READ ONLY"), "right after the beginning");
        Assert.That(statements[2..^1], Is.Not.Empty.And.All.StartsWith("SELECT "));
        Assert.That(statements[^1], Is.EqualTo("COMMIT"));
    }

    [Test]
    public async Task Top_OfAQueueThatIsHeldBack_NamesTheListenerItSaw_OrWhoMayBeIt()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var listener = await SessionAsync(server.ConnectionString, "slow one", "LISTEN orders");
        await using var terminal = TerminalSession.Start("pgnotify.dll", "top", "--connection", server.ConnectionString, "--interval", "1");
        await terminal.UntilAsync(screen => screen.Contains($"{listener.ProcessID}  listens  orders", StringComparison.Ordinal), "it should see the listener");

        await new NpgsqlCommand("BEGIN; SELECT 'something else'", listener).ExecuteNonQueryAsync();
        await server.ExecuteAsync("SELECT pg_notify('orders', repeat('x', 7000) || i) FROM generate_series(1, 1000) AS i");
        var screen = await terminal.UntilAsync(
            screen => screen.Contains($"Held back  by {listener.ProcessID}, which listens: in a transaction for ", StringComparison.Ordinal) && !screen.Contains("nothing waits yet", StringComparison.Ordinal),
            "it should remember the listener");

        Assert.That(screen, Does.Match(@"Queue      0\.\d+ % of 8 GB in use, [\d.]+ [kMB]+ a second written"));
        Assert.That(screen, Does.Contain("idle in transaction").And.Contain("slow one"));
        Assert.That(terminal.Output, Does.Contain("\e[93m"), "it stands out");

        await using var once = await ToolProcess.RunAsync(["top", "--once", "--connection", server.ConnectionString]);
        Assert.That(once.Output[2], Does.Match($"^Held back  by a session not known to listen; {listener.ProcessID} has the oldest transaction, ").Or.EqualTo("Held back  by a session not known to listen, or a moment's traffic"));
        Assert.That(once.Output[1], Does.Not.StartWith("Queue      0 %"));

        await terminal.TypeAsync(Interrupt);
        Assert.That(await terminal.ExitCodeAsync(), Is.Zero);
        Assert.That(terminal.IsCursorVisible, Is.True);
        Assert.That(terminal.Screen, Does.Contain("slow one"), "the last picture stays");
    }

    [Test]
    public async Task Top_OfCommitsThatWaitForOneAnother_SaysWhichOneIsUnderWay()
    {
        await using var server = await TestServer.StartOwnAsync();
        await server.ExecuteAsync("CREATE TABLE t (id int)");
        await using var first = await SessionAsync(server.ConnectionString, "first", "SELECT 1");
        await using var second = await SessionAsync(server.ConnectionString, "second", "SELECT 1");
        // A commit that waits for a standby that isn't there.
        await server.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        await Eventually.IsTrueAsync(async () => await server.ExecuteAsync("SHOW synchronous_standby_names") is "nobody");
        const string commit = "INSERT INTO t VALUES (1); NOTIFY orders";
        var committing = new NpgsqlCommand(commit, first).ExecuteNonQueryAsync();
        await Eventually.IsTrueAsync(async () => await WaitAsync(server, "first") is "SyncRep");
        var waiting = new NpgsqlCommand(commit, second).ExecuteNonQueryAsync();
        await Eventually.IsTrueAsync(async () => await WaitAsync(server, "second") is "object");

        await using var tool = await ToolProcess.RunAsync(["top", "--connection", server.ConnectionString]);

        Assert.That(tool.Output[3], Is.EqualTo("Commits    1 with notifications under way, 1 waiting"), tool.ToString());
        Assert.That(tool.Output, Has.One.Match($"^ *{first.ProcessID}  commits +orders").And.One.Match($"^ *{second.ProcessID}  waits +orders"));

        await server.ExecuteAsync("ALTER SYSTEM RESET synchronous_standby_names");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        await Task.WhenAll(committing, waiting).WaitAsync(Eventually.Deadline);
    }

    [Test]
    public async Task Top_ForARoleThatMayNotSeeOthers_SaysHowManyAreHidden()
    {
        await using var server = await TestServer.StartOwnAsync();
        await server.ExecuteAsync("CREATE ROLE blind LOGIN PASSWORD 'secret'");
        await using var listener = await SessionAsync(server.ConnectionString, "unseen", "LISTEN orders");
        var blind = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = "blind", Password = "secret" };

        await using var tool = await ToolProcess.RunAsync(["top", "--connection", blind.ConnectionString]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output[^1], Does.Match(@"^\d+ of other roles hidden: GRANT pg_read_all_stats shows them\.$"), tool.ToString());
        Assert.That(string.Concat(tool.Output), Does.Not.Contain("LISTEN").And.Contain("0 other sessions."));
    }

    [Test]
    public async Task Top_OfEachVersion_Works([Values(14, 16, 17, 18)] int major)
    {
        await using var server = await PostgresTools.StartAsync(major);
        await using var listener = await SessionAsync(server.ConnectionString, "one", "LISTEN orders");

        await using var tool = await ToolProcess.RunAsync(["top", "--connection", server.ConnectionString]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output[0], Does.Contain($"PostgreSQL {major}."));
        Assert.That(tool.Output[1], Is.EqualTo("Queue      0 % of 8 GB in use"));
        Assert.That(tool.Output, Has.One.Match($"^ *{listener.ProcessID}  listens  orders "));
    }

    [Test]
    public async Task Top_OnATerminal_GoesOnWhenTheServerIsBack()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var terminal = TerminalSession.Start("pgnotify.dll", "top", "--connection", server.ConnectionString, "--interval", "1");
        await terminal.UntilAsync(screen => screen.Contains("Held back  by nobody", StringComparison.Ordinal), "it should be there");

        await server.StopAsync();
        await terminal.UntilAsync(screen => screen.StartsWith("No answer since: ", StringComparison.Ordinal), "it should say that there is no answer");
        await server.StartAgainAsync();
        await terminal.UntilAsync(screen => !screen.Contains("No answer", StringComparison.Ordinal) && screen.Contains("Held back", StringComparison.Ordinal), "it should go on");
    }

    [Test]
    public async Task Top_OfAServerThatIsNotThere_FailsInOneLine()
    {
        await using var tool = await ToolProcess.RunAsync(["top", "--connection", "Host=127.0.0.1;Port=1;Username=u;Password=hunter2"]);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(tool.Errors, Has.Count.EqualTo(1).And.All.StartsWith("pgnotify: ").And.All.Contains("127.0.0.1:1").And.All.Not.Contains("hunter2"));
        Assert.That(tool.Output, Is.Empty);
    }

    static async Task<NpgsqlConnection> SessionAsync(string connectionString, string application, string statement)
    {
        var session = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = application }.ConnectionString);
        await session.OpenAsync();
        await new NpgsqlCommand(statement, session).ExecuteNonQueryAsync();
        return session;
    }

    static async Task<string?> WaitAsync(PostgresServer server, string application) => (string?)await server.ExecuteAsync(string.Create(
        CultureInfo.InvariantCulture, $"SELECT max(wait_event) FROM pg_stat_activity WHERE application_name = '{application}'"));
}
