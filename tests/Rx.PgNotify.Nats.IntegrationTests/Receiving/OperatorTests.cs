using System.Text.Json.Serialization;

namespace Rx.PgNotify.Nats.IntegrationTests.Receiving;

/// <summary>Operators see no difference between a receiver's channel and one of the core.</summary>
[Parallelizable(ParallelScope.All)]
public partial class OperatorTests
{
    [Test]
    public async Task LiveQuery_ShowsTheTruthAtOnce_AndAfterEachChange()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        stage.StartBridge();
        var truth = await Truth.CreateAsync(stage.Postgres);
        await truth.CommitAsync();
        await using var witness = await Witness.OfAsync(truth, stage.Listen());
        await witness.UntilTrueAsync();
        Assert.That(witness.View.Items, Is.EqualTo(new[] { 1 }));
        for (var i = 0; i < 3; i++)
        {
            await truth.CommitAsync();
            await witness.UntilTrueAsync();
        }

        witness.AssertNothingIsMissingInSilence();
    }

    [Test]
    public async Task Coalesce_GathersABurst()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        stage.StartBridge();
        var channel = stage.Listen().Channel(UniqueChannel.Name());
        var bursts = new Recorder<IReadOnlyList<Notification>>();
        using var subscription = channel.Coalesce(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(30)).Subscribe(bursts);
        using var opened = await channel.SubscribeAsync(_ => { });
        await stage.Postgres.ExecuteAsync($"SELECT pg_notify('{channel.Name}', i::text) FROM generate_series(1, 500) i");

        await bursts.UntilAsync(all => all.Sum(burst => burst.Count) == 500, "all of the burst");
        Assert.That(bursts.Items.SelectMany(burst => burst).Select(item => item.Payload), Is.EqualTo(Enumerable.Range(1, 500).Select(i => $"{i}")));
        Assert.That(bursts.Count, Is.LessThan(500));
    }

    [Test]
    public async Task ReadAllAsync_ReadsSignals_AndEndsWithTheListener()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        stage.StartBridge();
        var listener = stage.Listen();
        var channel = listener.Channel(UniqueChannel.Name());
        List<ChannelSignal> read = [];
        await foreach (var signal in channel.Signals.ReadAllAsync())
        {
            read.Add(signal);
            if (read.Count < 4)
                await TestServer.DataSource.NotifyAsync(channel.Name, $"{read.Count}");
            else
                await listener.DisposeAsync();
        }

        Assert.That(read[0].Reasons, Is.EqualTo(ResyncReasons.Subscribed));
        Assert.That(read.Payloads(), Is.EqualTo(new[] { "1", "2", "3" }));
    }

    [Test]
    public async Task ParseJson_ReadsPayloads_AndKeepsResyncs()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        stage.StartBridge();
        var channel = stage.Listen().Channel(UniqueChannel.Name());
        var (typed, malformed) = (new Recorder<ChannelSignal<Order>>(), new Recorder<Notification>());
        using var subscription = channel.Signals
            .ParseJson(OrderContext.Default.Order, (notification, _) => malformed.OnNext(notification)).Subscribe(typed);
        using var opened = await channel.SubscribeAsync(_ => { });
        await TestServer.DataSource.NotifyAsync(channel.Name, """{"Id":7,"Customer":"Åsa 😀"}""");
        await TestServer.DataSource.NotifyAsync(channel.Name, "no JSON");
        await TestServer.DataSource.NotifyAsync(channel.Name, """{"Id":8,"Customer":"Bo"}""");

        await typed.UntilCountAsync(3);
        Assert.That(typed.Items[0].Reasons, Is.EqualTo(ResyncReasons.Subscribed));
        Assert.That(typed.Items.Skip(1).Select(signal => signal.Value), Is.EqualTo(new[] { new Order(7, "Åsa 😀"), new Order(8, "Bo") }));
        Assert.That(malformed.Items.Select(notification => notification.Payload), Is.EqualTo(new[] { "no JSON" }));
    }

    internal sealed record Order(int Id, string Customer);

    [JsonSerializable(typeof(Order))]
    sealed partial class OrderContext : JsonSerializerContext;
}
