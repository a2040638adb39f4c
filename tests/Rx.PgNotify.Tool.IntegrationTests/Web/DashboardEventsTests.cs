using System.Net.Http.Headers;
using System.Text.Json;
using Npgsql;
using Rx.PgNotify.LiveDashboard;

namespace Rx.PgNotify.Tool.IntegrationTests.Web;

/// <summary>What a browser is sent, read without one.</summary>
public sealed class DashboardEventsTests : DashboardFixture
{
    [Test]
    public async Task Events_AreServerSentEvents_WithTheWholeStateFirst()
    {
        await InsertAsync("Ada");
        await using var first = await EventReader.OpenAsync(Address);
        await first.UntilNewestAsync("Ada");
        await first.UntilStateAsync("Listening");

        using var client = new HttpClient { BaseAddress = Address };
        using var response = await client.GetAsync(new Uri("events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        var events = new Dictionary<string, string>();
        while (events.Count < 3)
        {
            var item = await ReadFieldsAsync(lines);
            Assert.That(item.Select(field => field.Name), Is.EqualTo(new[] { "event", "data", "retry" }));
            Assert.That(item[2].Value, Is.EqualTo("1000"));
            events.TryAdd(item[0].Value, item[1].Value);
        }

        Assert.That(response.Content.Headers.ContentType, Is.EqualTo(new MediaTypeHeaderValue("text/event-stream")));
        Assert.That(events.Keys, Is.EquivalentTo(new[] { "line", "orders", "rate" }));
        Assert.That(events["line"], Is.EqualTo("""{"state":"Listening","stale":false}"""));
        Assert.That(events["orders"], Does.StartWith("""{"count":1,"total":30.00,"newest":[{"id":1,"customer":"Ada","amount":30.00,"placed":"20"""));
        Assert.That(events["rate"], Does.StartWith("""{"bars":["""));
    }

    [Test]
    public async Task Events_WhenRowsChange_TellTheOrdersAndTheRate()
    {
        await using var reader = await EventReader.OpenAsync(Address);
        await reader.UntilNewestAsync();

        await InsertAsync("Ada", "Bob", "Eve");
        await reader.UntilNewestAsync("Eve", "Bob", "Ada");
        await ExecuteAsync("UPDATE dashboard_orders SET status = 'paid' WHERE customer = 'Bob'");
        await reader.UntilNewestAsync("Eve", "Ada");

        await reader.UntilAsync("rate", rate => Bars(rate).Sum(bar => bar.GetProperty("rows").GetInt64()) == 4, "4 rows changed");
        Assert.That(Bars(reader.Latest("rate")!.Value).Exists(bar => bar.GetProperty("gap").GetBoolean()), Is.False);
    }

    [Test]
    public async Task Events_WhenAnybodySendsOnTheChannel_GoOn()
    {
        await using var reader = await EventReader.OpenAsync(Address);
        await reader.UntilStateAsync("Listening");

        await ExecuteAsync("""
            NOTIFY dashboard_orders, 'no JSON';
            NOTIFY dashboard_orders, '{"count":-5}';
            NOTIFY dashboard_orders, '{"count":9223372036854775807}';
            NOTIFY dashboard_orders, '{"count":null}';
            """);
        await InsertAsync("Ada");

        await reader.UntilNewestAsync("Ada");
        await reader.UntilAsync(
            "rate", rate => Bars(rate).Sum(bar => bar.GetProperty("rows").GetInt64()) == 1_000_001, "a million for the liar, 1 for Ada");
    }

    [Test]
    public async Task Events_AfterTheListenersBackendWasKilled_CatchUpAndShowTheGap()
    {
        await using var reader = await EventReader.OpenAsync(Address);
        await reader.UntilStateAsync("Listening");

        await KillListenerAsync();
        await InsertAsync("Ada");

        await reader.UntilNewestAsync("Ada");
        await reader.UntilAsync("rate", rate => Bars(rate).Exists(bar => bar.GetProperty("gap").GetBoolean()), "a gap");
        await reader.UntilStateAsync("Listening");
    }

    [Test, LongTest]
    public async Task Events_WhilePostgreSqlIsDown_SaySoAndAreCurrentAfterwards()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var dashboard = await DashboardServer.StartAsync(database, 0, _ => { }, CancellationToken.None);
        await using var reader = await EventReader.OpenAsync(dashboard.Address);
        await reader.UntilStateAsync("Listening");

        await server.StopAsync();
        await reader.UntilStateAsync("Reconnecting");
        await server.StartAgainAsync();
        await server.ExecuteAsync("INSERT INTO dashboard_orders (customer, amount) VALUES ('Ada', 30)");

        await reader.UntilNewestAsync("Ada");
        await reader.UntilAsync("line", line => line.GetRawText() is """{"state":"Listening","stale":false}""", "live again");
    }

    [Test]
    public async Task Events_WhenTheQueryFails_SayThatTheOrdersAreStaleUntilItSucceeds()
    {
        await using var reader = await EventReader.OpenAsync(Address);
        await reader.UntilNewestAsync();

        await ExecuteAsync("ALTER TABLE dashboard_orders RENAME placed TO removed; NOTIFY dashboard_orders");
        await reader.UntilAsync("line", line => line.GetProperty("stale").GetBoolean(), "stale");
        await ExecuteAsync("ALTER TABLE dashboard_orders RENAME removed TO placed; INSERT INTO dashboard_orders (customer, amount) VALUES ('Ada', 30)");

        await reader.UntilNewestAsync("Ada");
        await reader.UntilAsync("line", line => !line.GetProperty("stale").GetBoolean(), "not stale");
    }

    [Test]
    public async Task ManyBrowsers_ShareOneBackend()
    {
        var readers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => EventReader.OpenAsync(Address)));
        await InsertAsync("Ada");
        foreach (var reader in readers)
            await reader.UntilNewestAsync("Ada");

        Assert.That(await ListenersAsync(), Is.EqualTo(1));
        foreach (var reader in readers)
            await reader.DisposeAsync();
    }

    [Test]
    public async Task TheDashboard_WhenItEnds_EndsTheEvents()
    {
        await using var reader = await EventReader.OpenAsync(Address);
        await reader.UntilStateAsync("Listening");

        await EndDashboardAsync();

        await reader.Ended.WaitAsync(Eventually.Deadline);
        await Eventually.BecomesAsync(ListenersAsync, listeners => listeners == 0);
    }

    static List<JsonElement> Bars(JsonElement rate) => [.. rate.GetProperty("bars").EnumerateArray()];

    static async Task<List<(string Name, string Value)>> ReadFieldsAsync(StreamReader lines)
    {
        var fields = new List<(string, string)>();
        while (await lines.ReadLineAsync().WaitAsync(Eventually.Deadline) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            fields.Add((line[..colon], line[(colon + 1)..].TrimStart()));
        }

        return fields;
    }
}
