using System.Globalization;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>What somebody else sends on the channel of a watch, and JSON that a column holds.</summary>
[LongTest]
public sealed class WatchForeignJsonTests : WatchFixture
{
    [TestCase("""{"op":"update","rows":[{"op":"update","old":{"a":1,"a":2},"new":{"a":3}}]}""")]
    [TestCase("""{"op":"insert","rows":[{"op":"insert","new":{"\ud800":1}}]}""")]
    public async Task Watch_OnWhatItsTriggerDidNotSend_SaysSoAndGoesOn(string payload)
    {
        await using var json = await WatchAsync("orders", "--count", "1");
        await using var text = Start("orders", "--count", "1");
        await text.ErrorLineAsync(line => line.Contains("watching", StringComparison.Ordinal));

        await ExecuteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT pg_notify(substring(prosrc FROM 'pgnotify_watch_[0-9a-f]+'), '{payload}') FROM pg_proc WHERE prosrc LIKE '%pgnotify\\_watch\\_%'"));
        await ExecuteAsync("INSERT INTO orders VALUES (1, 'open', 0)");

        Assert.That(await json.ExitCodeAsync(), Is.Zero, json.ToString());
        Assert.That(await text.ExitCodeAsync(), Is.Zero, text.ToString());
        Assert.That(Json.OfType(json.Output, "notice").Single().Text("text"), Is.EqualTo("a notification that the trigger did not send is left out"));
        Assert.That(text.Errors, Has.One.EndsWith(" a notification that the trigger did not send is left out"));
    }

    [Test]
    public async Task Watch_OfAColumnOfJson_WritesWhatItHolds_OnOneLine()
    {
        await ExecuteAsync("CREATE TABLE documents (id int PRIMARY KEY, document json)");
        await using var tool = await WatchAsync("documents", "--count", "2");

        await ExecuteAsync("""INSERT INTO documents VALUES (1, '{"a":"\ud800"}')""");
        await ExecuteAsync("UPDATE documents SET document = E'{\"a\" :\\n1, \"a\": 2}'");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(Changes(tool), Is.EqualTo(new[]
        {
            """{"op":"insert","key":{"id":1},"new":{"id":1,"document":{"a":"\ud800"}}}""",
            """{"op":"update","key":{"id":1},"old":{"id":1,"document":{"a":"\ud800"}},"new":{"id":1,"document":{"a":1,"a":2}},"changed":["document"]}""",
        }));
    }
}
