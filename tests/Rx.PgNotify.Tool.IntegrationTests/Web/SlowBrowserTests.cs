using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Rx.PgNotify.Tool.IntegrationTests.Web;

[LongTest]
public sealed class SlowBrowserTests : DashboardFixture
{
    const int Rounds = 40;

    [Test]
    public async Task Browser_ThatDoesNotRead_HoldsUpNobodyAndMissesWhatIsOutdated()
    {
        // 50 rows of 20,000 characters: each event is a megabyte, and some 40 are more than buffers between the two hold.
        await ExecuteAsync("INSERT INTO dashboard_orders (customer, amount) SELECT '', 1 FROM generate_series(1, 50)");
        using var slow = await OpenWithoutReadingAsync();
        await using var other = await EventReader.OpenAsync(Address);

        for (var round = 1; round <= Rounds; round++)
        {
            var customer = round.ToString(CultureInfo.InvariantCulture).PadLeft(20_000, 'x');
            await ExecuteAsync($"UPDATE dashboard_orders SET customer = '{customer}'");
            await other.UntilNewestAsync([.. Enumerable.Repeat(customer, 50)]);
        }

        // Either the server has given it up meanwhile, or it catches up: with the last round, and without most others.
        var (events, lastRound) = await ReadAllAsync(slow);
        Assert.That(events, Is.LessThan(Rounds));
        Assert.That(lastRound, Is.Null.Or.EqualTo(Rounds));
    }

    [Test]
    public async Task Browser_ThatSendsHalfARequest_DoesNotHoldUpTheEnd()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Address.Host, Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /orders HTTP/1.1\r\nHost: {Address.Authority}\r\nOrigin: http://{Address.Authority}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());
        Assert.That(await reader.ReadLineAsync().WaitAsync(Eventually.Deadline), Does.Contain("100 Continue"), "it waits for the rest");

        // Both in this process: what holds up its timers holds up both of them.
        var endOfAWebServerByItself = Task.Delay(TimeSpan.FromSeconds(30));
        var end = EndDashboardAsync();
        Assert.That(await Task.WhenAny(end, endOfAWebServerByItself), Is.SameAs(end));
        await end;
    }

    async Task<TcpClient> OpenWithoutReadingAsync()
    {
        var client = new TcpClient { ReceiveBufferSize = 4_096 };
        await client.ConnectAsync(Address.Host, Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /events HTTP/1.1\r\nHost: {Address.Authority}\r\n\r\n"));
        return client;
    }

    /// <summary>The number of events with orders, and the last one's round; null if the connection was cut before the last.</summary>
    static async Task<(int Events, int? LastRound)> ReadAllAsync(TcpClient client)
    {
        var events = 0;
        try
        {
            using var reader = new StreamReader(client.GetStream());
            while (await reader.ReadLineAsync().WaitAsync(Eventually.Deadline) is { } line)
            {
                if (line.StartsWith("event: orders", StringComparison.Ordinal))
                    events++;
                if (line.Contains($"xx{Rounds}\"", StringComparison.Ordinal))
                    return (events, Rounds);
            }
        }
        catch (IOException)
        {
            // Cut.
        }

        return (events, null);
    }
}
