using System.Globalization;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Performance;

[Parallelizable(ParallelScope.All)]
public class RoundTripTests
{
    // So that no heartbeat is counted, however long a busy machine takes.
    static readonly PgListenerOptions s_options = new() { Heartbeat = TimeSpan.FromHours(1) };

    [Test]
    public async Task NotificationsOneByOne_CostNoRoundTrip()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, s_options);
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<Notification>();
        using var subscription = await channel.SubscribeAsync(recorder);
        var roundTrips = tap.RoundTrips;

        for (var i = 1; i <= 100; i++)
        {
            await TestServer.DataSource.NotifyAsync(channel.Name);
            await recorder.UntilCountAsync(i);
        }

        Assert.That(tap.RoundTrips, Is.EqualTo(roundTrips));
    }

    [Test]
    public async Task ABurst_CostsAFewRoundTripsHoweverLongItIs()
    {
        const int count = 20_000;
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, s_options);
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<Notification>();
        using var subscription = await channel.SubscribeAsync(recorder);
        var roundTrips = tap.RoundTrips;

        await using var burst = TestServer.DataSource.CreateCommand(string.Create(
            CultureInfo.InvariantCulture, $"select count(pg_notify('{channel.Name}', n::text)) from generate_series(1, {count}) n"));
        await burst.ExecuteNonQueryAsync();
        await recorder.UntilCountAsync(count);

        await TestContext.Out.WriteLineAsync($"{tap.RoundTrips - roundTrips} round trips");
        // One, and some more where the machine is so busy that the burst comes in pieces. A wait for each would need none.
        Assert.That(tap.RoundTrips - roundTrips, Is.InRange(1, 100));
    }

    [Test]
    public async Task TenThousandChannelsFromCold_CostAFewRoundTrips()
    {
        const int count = 10_000;
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener($"{tap.ConnectionString};Timeout=1000", s_options);
        var prefix = UniqueChannel.Name();
        var recorder = new Recorder<ChannelSignal>();

        // What is subscribed to after the connection is there is listened to separately, and a busy machine may be slow to subscribe.
        var held = tap.HoldConnections();
        using var subscriptions = Enumerable.Range(0, count)
            .Select(i => listener.Channel($"{prefix} {i}").Signals)
            .Merge()
            .Subscribe(recorder);
        held.Dispose();
        await recorder.UntilCountAsync(count);

        Assert.That(tap.RoundTrips, Is.EqualTo(2), "to look at the server, and for all channels");
    }
}
