using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rx.PgNotify.Tool.IntegrationTests.Commands;

namespace Rx.PgNotify.Tool.IntegrationTests.Web;

/// <summary>What <c>pgnotify watch --web</c> serves.</summary>
[LongTest]
[Platform(Exclude = "Win", Reason = "signals")]
public sealed partial class WatchPageTests : WatchFixture
{
    [Test]
    public async Task WatchWeb_ServesChangesToEachBrowser_AlsoThoseFromBefore_AndEndsWithTheSignal()
    {
        await using var tool = Start("orders", "--web", "--web-port", "0");
        var address = await AddressAsync(tool);
        using var client = new HttpClient { BaseAddress = address };
        var first = await EventsAsync(client);
        await UntilAsync(first, item => item.Is("kind", "live"));

        await ExecuteAsync("INSERT INTO orders VALUES (9007199254740993, '<b>open</b>', 30)");
        var change = await UntilAsync(first, item => item.Is("type", "change"));
        var second = await EventsAsync(client);
        var later = await UntilAsync(second, item => item.Is("type", "change"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(change.Text("op"), Is.EqualTo("insert"));
            Assert.That(change.GetProperty("key").GetRawText(), Is.EqualTo("""[["id ","name"],["9007199254740993","plain"]]"""));
            Assert.That(change.GetProperty("changes").GetRawText(), Does.StartWith("""[["status ","name"],["\"<b>open</b>\"","present"],[", ","plain"],["""));
            Assert.That(later.GetRawText(), Is.EqualTo(change.GetRawText()));
        }

        tool.Signal(ToolProcess.SigInt);
        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Errors, Is.Empty);
        Assert.That(await RemainsAsync(), Is.EqualTo(Nothing));
    }

    [Test]
    public async Task WatchWeb_IsForThoseWhoKnowTheAddress()
    {
        await using var tool = Start("orders", "--web", "--web-port", "0");
        var address = await AddressAsync(tool);
        using var client = new HttpClient();

        foreach (var path in new[] { "/", "/events", "/watch.js", $"/{new string('0', 32)}/events" })
        {
            using var response = await client.GetAsync(new Uri(address, path), HttpCompletionOption.ResponseHeadersRead);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound), path);
        }

        using var page = await client.GetAsync(address);
        Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(page.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'self'; "));
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Host = $"evil.example:{address.Port}" } };
        using var foreign = await client.SendAsync(request);
        Assert.That(foreign.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    internal static async Task<Uri> AddressAsync(ToolProcess tool) => new(Address().Match(await tool.OutputLineAsync(Address().IsMatch)).Value);

    // The enumerator goes with the client.
    static async Task<IAsyncEnumerator<SseItem<string>>> EventsAsync(HttpClient client) =>
        SseParser.Create(await client.GetStreamAsync(new Uri("events", UriKind.Relative))).EnumerateAsync().GetAsyncEnumerator();

    static async Task<JsonElement> UntilAsync(IAsyncEnumerator<SseItem<string>> events, Func<JsonElement, bool> wanted)
    {
        while (await events.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline))
        {
            var item = Json.Parse(events.Current.Data);
            if (wanted(item))
                return item;
        }

        throw new AssertionException("The events ended without the one waited for.");
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/[0-9a-f]{32}/", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Address();
}
