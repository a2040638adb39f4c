using System.Text;

namespace Rx.PgNotify.Nats.IntegrationTests.Receiving;

[Parallelizable(ParallelScope.All)]
public class PayloadTests
{
    const int MostBytes = 7_999;

    [Test]
    public async Task PayloadsOfAnyLengthAndContent_ArriveAsTheyWereSent()
    {
        string[] payloads =
        [
            "", " ", "\n", "\r\n", "\t", "\u0001", "MSG a 1 0\r\n\r\n", "é", "日本", "😀", "a😀b\uFFFD", "\uFEFFa",
            new string('x', MostBytes), string.Concat(Enumerable.Repeat("é", MostBytes / 2)), string.Concat(Enumerable.Repeat("😀", MostBytes / 4)),
            .. Enumerable.Range(0, 130).Select(length => new string('y', length)),
        ];
        Assert.That(payloads.Max(Encoding.UTF8.GetByteCount), Is.EqualTo(MostBytes));
        await using var stage = new Stage(heartbeat: Stage.Calm);
        stage.StartBridge();
        var channel = stage.Listen().Channel(UniqueChannel.Name());
        var recorder = new Recorder<Notification>();
        using var subscription = await channel.SubscribeAsync(recorder);
        foreach (var payload in payloads)
            await TestServer.DataSource.NotifyAsync(channel.Name, payload);

        await recorder.UntilCountAsync(payloads.Length);
        Assert.That(recorder.Items.Select(notification => notification.Payload), Is.EqualTo(payloads));
    }

    [Test]
    public async Task ManyLongPayloadsInOneCommit_ArriveInOrder_InMessagesThatTheServerTakes()
    {
        await using var nats = await NatsServer.StartAsync("max_payload: 65536");
        await using var stage = new Stage(nats: nats, heartbeat: Stage.Calm);
        stage.StartBridge();
        var channel = stage.Listen().Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = await channel.Signals.SubscribeAsync(recorder);
        await stage.Postgres.ExecuteAsync(
            $"SELECT pg_notify('{channel.Name}', lpad(i::text, {MostBytes}, 'x')) FROM generate_series(1, 500) i");

        await recorder.UntilCountAsync(501);
        Assert.That(recorder.Items.Skip(1), Has.None.Matches<ChannelSignal>(signal => signal.IsResync));
        Assert.That(recorder.Items.Payloads(), Is.EqualTo(Enumerable.Range(1, 500).Select(i => $"{i}".PadLeft(MostBytes, 'x'))));
    }
}
