using System.Globalization;
using NATS.Client.Core;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Nats.IntegrationTests;

/// <summary>Two NATS servers that form a cluster: the bridge is connected to one of them, the receiver to the other.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ClusterTests
{
    [Test]
    public async Task AReceiverAtAnotherServerOfTheCluster_HearsTheBridge_AndGoesToTheLastServerWhenItsOwnIsGone()
    {
        var (prefix, channel) = (UniqueChannel.Name("prefix"), UniqueChannel.Name());
        var (first, second) = (LoopbackPort.FindFree(), LoopbackPort.FindFree());
        await using var atTheBridge = await NatsServer.StartAsync(Member(first, second));
        await using var atTheReceiver = await NatsServer.StartAsync(Member(second, first));
        await using var ofTheBridge = new NatsConnection(new NatsOpts { Url = atTheBridge.Url });
        await using var ofTheReceiver = new NatsConnection(new NatsOpts
        {
            Url = $"{atTheReceiver.Url},{atTheBridge.Url}",
            NoRandomize = true,
            ReconnectWaitMin = TimeSpan.FromMilliseconds(50),
        });
        using var end = new CancellationTokenSource();
        var running = new PgNatsBridge(TestServer.ConnectionString, ofTheBridge, new() { SubjectPrefix = prefix, Heartbeat = Stage.Calm })
            .RunAsync(end.Token);
        await using var listener = new NatsListener(ofTheReceiver, new() { SubjectPrefix = prefix });
        var signals = new Recorder<ChannelSignal>();
        using var subscription = await listener.Channel(channel).Signals.SubscribeAsync(signals);

        await TestServer.DataSource.NotifyAsync(channel, "from one server to the other");
        await signals.UntilCountAsync(2);
        await atTheReceiver.KillAsync();
        await signals.UntilAsync(items => items[^1].Reasons.HasFlag(ResyncReasons.Reconnected), "a Resync after the loss of a server");
        await TestServer.DataSource.NotifyAsync(channel, "from the server that is left");
        await signals.UntilAsync(items => items[^1].IsNotification, "the notification after it");

        Assert.That(
            signals.Items.Payloads(), Is.EqualTo(new[] { "from one server to the other", "from the server that is left" }));
        await end.CancelAsync();
        await running;
    }

    static string Member(int port, int other) => string.Create(
        CultureInfo.InvariantCulture, $"cluster {{ name: test, listen: \"127.0.0.1:{port}\", routes: [\"nats://127.0.0.1:{other}\"] }}");
}
