using System.Net;
using System.Net.Http.Json;
using System.Net.NetworkInformation;
using Npgsql;
using Rx.PgNotify.LiveDashboard;

namespace Rx.PgNotify.Tool.IntegrationTests.Web;

/// <summary>Requests to the dashboard, and from whom it takes them.</summary>
public sealed class DashboardRequestsTests : DashboardFixture
{
    [TestCase("/", "text/html; charset=utf-8")]
    [TestCase("/dashboard.css", "text/css; charset=utf-8")]
    [TestCase("/dashboard.js", "text/javascript; charset=utf-8")]
    [TestCase("/icon.svg", "image/svg+xml")]
    public async Task File_HasItsTypeAndAPolicyThatAllowsNothingFromElsewhere(string path, string contentType)
    {
        using var client = new HttpClient { BaseAddress = Address };
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo(contentType));
        Assert.That(response.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'self'; ").And.Not.Contain("unsafe"));
        Assert.That(response.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
    }

    [Test]
    public void TheDashboard_ListensOnLoopbackOnly()
    {
        var listening = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(end => end.Port == Address.Port).ToList();

        Assert.That(listening, Is.EqualTo(new[] { new IPEndPoint(IPAddress.Loopback, Address.Port) }));
    }

    // So would a page whose host's name leads to 127.0.0.1 ask.
    [TestCase("/")]
    [TestCase("/events")]
    public async Task Request_ToAnotherHostsName_IsRefused(string path)
    {
        using var client = new HttpClient { BaseAddress = Address, DefaultRequestHeaders = { Host = $"evil.example:{Address.Port}" } };
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Order_AddedAndPaid_IsInTheTable()
    {
        Assert.That(await PostAsync("orders", new NewOrder("Ada", 12.5m), OwnOrigin), Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(await ExecuteAsync("SELECT customer || ' ' || amount || ' ' || status FROM dashboard_orders"), Is.EqualTo("Ada 12.50 open"));

        Assert.That(await PostAsync("orders/1/pay", null, OwnOrigin), Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(await ExecuteAsync("SELECT status FROM dashboard_orders"), Is.EqualTo("paid"));

        Assert.That(await PostAsync("orders/1/pay", null, OwnOrigin), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("http://evil.example")]
    [TestCase("null")]
    [TestCase(null)]
    public async Task Order_SentByAnotherPage_IsRefused(string? origin)
    {
        Assert.That(await PostAsync("orders", new NewOrder("Ada", 12.5m), origin), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await ExecuteAsync("SELECT count(*) FROM dashboard_orders"), Is.EqualTo(0L));
    }

    [TestCase("", 1)]
    [TestCase("  ", 1)]
    [TestCase("a\0b", 1)]
    [TestCase("Ada", 0)]
    [TestCase("Ada", -1)]
    [TestCase("Ada", 100_000_000)]
    [TestCase(null, 1)]
    public async Task Order_ThatIsNone_IsRefused(string? customer, int amount)
    {
        Assert.That(await PostAsync("orders", new { customer, amount }, OwnOrigin), Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await ExecuteAsync("SELECT count(*) FROM dashboard_orders"), Is.EqualTo(0L));
    }

    [Test]
    public async Task Order_ThatIsTooLarge_IsRefused() => Assert.That(
        await PostAsync("orders", new NewOrder(new string('x', 5_000), 1), OwnOrigin), Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));

    [Test, LongTest]
    public async Task Order_WhilePostgreSqlIsDown_IsAnsweredWithUnavailable()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var dashboard = await DashboardServer.StartAsync(database, 0, _ => { }, CancellationToken.None);
        await server.StopAsync();

        Assert.That(
            await PostAsync("orders", new NewOrder("Ada", 1), dashboard.Address.GetLeftPart(UriPartial.Authority), dashboard.Address),
            Is.EqualTo(HttpStatusCode.ServiceUnavailable));
    }

    string OwnOrigin => Address.GetLeftPart(UriPartial.Authority);

    async Task<HttpStatusCode> PostAsync(string path, object? body, string? origin, Uri? address = null)
    {
        using var client = new HttpClient { BaseAddress = address ?? Address };
        if (origin is not null)
            client.DefaultRequestHeaders.Add("Origin", origin);
        using var content = body is null ? null : JsonContent.Create(body);
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        return response.StatusCode;
    }
}
