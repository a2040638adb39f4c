using System.Globalization;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[Parallelizable(ParallelScope.All)]
sealed class ListenTests : ToolTest
{
    [Test]
    public async Task Listen_AsJsonWithCount_WritesEachNotificationAndEnds()
    {
        var channel = NewChannel();
        await using var tool = await ListenAsync([channel], "--count", "3");

        await NotifyAsync(channel, "one", "", "{\"é\":\"\\u0007 \U0001F418\"}\u001b[31m\n");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        var notifications = Json.OfType(tool.Output, "notification");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(notifications.Select(n => n.Text("payload")), Is.EqualTo(new[] { "one", "", "{\"é\":\"\\u0007 \U0001F418\"}\u001b[31m\n" }));
            Assert.That(notifications.Select(n => n.Text("channel")), Is.All.EqualTo(channel));
            Assert.That(notifications.Select(n => n.GetProperty("processId").GetInt32()), Is.All.Positive);
            Assert.That(string.Concat(tool.Output).Where(char.IsControl), Is.Empty);
            Assert.That(tool.Errors, Is.Empty);
        }
    }

    [Test]
    public async Task Listen_AsJson_SaysConnectingAndListening()
    {
        await using var tool = await ListenAsync([NewChannel()]);

        var listening = await tool.OutputLineAsync(line => Json.Parse(line).Is("state", "listening"));

        // Programs that match text instead of members go on working: what is new stands behind.
        Assert.That(listening, Does.StartWith("""{"type":"state","state":"listening","""));
        Assert.That(tool.Output[0], Does.StartWith("""{"type":"state","state":"connecting","""));
    }

    [Test]
    public async Task Listen_AsText_WritesColumnsThatNoPayloadCanForge()
    {
        var channel = NewChannel();
        await using var tool = ToolProcess.Start(["listen", channel, "--connection", Connection, "--count", "2"]);
        var comment = await tool.ErrorLineAsync(line => line.EndsWith($"{channel}: resync, subscribed", StringComparison.Ordinal));

        await NotifyAsync(channel, "plain \\ text", "\u001b]0;title\u0007\nforged\tline\u202e\u0085");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        var columns = tool.Output.Select(line => line.Split('\t')).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(comment, Does.StartWith("# "));
            Assert.That(columns, Has.Length.EqualTo(2).And.All.Length.EqualTo(4));
            Assert.That(columns.Select(c => c[0]), Is.All.Match(@"^\d\d:\d\d:\d\d\.\d\d\d$"));
            Assert.That(columns.Select(c => c[1]), Is.All.EqualTo(channel));
            Assert.That(columns.Select(c => c[2]), Is.All.Match(@"^\d+$"));
            Assert.That(columns.Select(c => c[3]), Is.EqualTo(new[] { "plain \\ text", @"\u001B]0;title\u0007\u000Aforged\u0009line\u202E\u0085" }));
        }
    }

    [Test, LongTest]
    public async Task Listen_WithCoalesce_WritesOneLineForEachChannelsBurst()
    {
        var (first, second) = (NewChannel(), NewChannel());
        // Quiet for longer than the test may take: what ends the bursts is the count, or the longest wait.
        await using var tool = await ListenAsync([first, second], "--coalesce", "60000", "--max-wait", "60000", "--count", "501");

        await SendInOneTransactionAsync(first, 500);
        await NotifyAsync(second, "last");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(
            Json.OfType(tool.Output, "burst").Select(b => (b.Text("channel"), b.GetProperty("count").GetInt32(), b.Text("latest"))),
            Is.EquivalentTo(new[] { (first, 500, "500"), (second, 1, "last") }));
        Assert.That(Json.OfType(tool.Output, "notification"), Is.Empty);
    }

    [Test]
    public async Task Listen_WithCoalesce_WritesABurstOnceItIsQuiet()
    {
        var channel = NewChannel();
        await using var tool = await ListenAsync([channel], "--coalesce", "50");

        await SendInOneTransactionAsync(channel, 100);
        await tool.OutputLineAsync(line => Json.Parse(line).Is("latest", "100"));

        // A tool that gets no time for so long may see the one burst as several, but never as its single notifications.
        var bursts = Json.OfType(tool.Output, "burst");
        Assert.That(bursts.Sum(burst => burst.GetProperty("count").GetInt32()), Is.EqualTo(100));
        Assert.That(bursts, Has.Length.LessThan(50));
        Assert.That(Json.OfType(tool.Output, "notification"), Is.Empty);
    }

    [Test, LongTest]
    public async Task Listen_ToManyChannelsUnderLoad_KeepsTheOrderOfEachAndItsLinesWhole()
    {
        const int each = 500;
        var channels = Enumerable.Range(0, 4).Select(_ => NewChannel()).ToArray();
        await using var tool = await ListenAsync(channels, "--count", (each * channels.Length).ToString(CultureInfo.InvariantCulture));

        await Task.WhenAll(channels.Select(channel => SendInOneTransactionAsync(channel, each)));

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        var byChannel = Json.OfType(tool.Output, "notification").ToLookup(n => n.Text("channel"), n => int.Parse(n.Text("payload"), CultureInfo.InvariantCulture), StringComparer.Ordinal);
        foreach (var channel in channels)
            Assert.That(byChannel[channel], Is.EqualTo(Enumerable.Range(1, each)));
    }

    [Test]
    public async Task Listen_ToAChannelNamedTwice_WritesEachNotificationOnce()
    {
        var channel = NewChannel();
        await using var tool = ToolProcess.Start(["listen", channel, channel, "--connection", Connection, "--format", "json", "--count", "2"]);
        await tool.OutputLineAsync(line => Json.IsSubscribed(line, channel));

        await NotifyAsync(channel, "one", "two");

        await tool.ExitCodeAsync();
        Assert.That(Json.OfType(tool.Output, "notification").Select(n => n.Text("payload")), Is.EqualTo(new[] { "one", "two" }));
    }

    [Test]
    public async Task Listen_ToNamesThatNeedQuoting_TakesThemAsTheyAre()
    {
        string[] channels = ["Rx \"quoted\"; DROP TABLE x; --", "@at_" + Guid.NewGuid().ToString("N"), "\U0001F418 é"];
        await using var tool = await ListenAsync(channels, "--count", "3");

        foreach (var channel in channels)
            await NotifyAsync(channel, "x");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(Json.OfType(tool.Output, "notification").Select(n => n.Text("channel")), Is.EquivalentTo(channels));
    }

    [Test, LongTest]
    public async Task Listen_WithoutAnApplicationName_IsCalledPgnotify([Values] bool given)
    {
        var channel = NewChannel();
        var parts = ConnectionParts;
        parts.ApplicationName = given ? channel : null;
        await using var tool = ToolProcess.Start(["listen", channel, "--connection", parts.ConnectionString, "--format", "json"]);
        await tool.OutputLineAsync(line => Json.IsSubscribed(line, channel));

        await using var command = TestServer.DataSource.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1");
        command.Parameters.AddWithValue(given ? channel : "pgnotify");

        // Other tests run listeners of the usual name at the same time.
        Assert.That(await command.ExecuteScalarAsync(), given ? Is.EqualTo(1L) : Is.GreaterThanOrEqualTo(1L));
    }

    static async Task SendInOneTransactionAsync(string channel, int count)
    {
        await using var command = TestServer.DataSource.CreateCommand("SELECT pg_notify($1, i::text) FROM generate_series(1, $2) AS i");
        command.Parameters.AddWithValue(channel);
        command.Parameters.AddWithValue(count);
        await command.ExecuteNonQueryAsync();
    }
}
