using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Linq;

[Parallelizable(ParallelScope.All)]
public class MergedChannelsTests
{
    [Test]
    public async Task MergedChannels_GiveEachChannelsSignalsInItsOwnOrder()
    {
        await using var stage = new Stage();
        var (orders, payments) = (UniqueChannel.Name("orders"), UniqueChannel.Name("payments"));
        var signals = await stage.PlayAsync(Merged(stage.Listener, orders, payments));
        await signals.UntilCountAsync(2);
        for (var i = 0; i < 10; i++)
        {
            await TestServer.DataSource.NotifyAsync(orders, $"order {i}");
            await TestServer.DataSource.NotifyAsync(payments, $"payment {i}");
        }

        await signals.UntilCountAsync(22);
        foreach (var (channel, kind) in new[] { (orders, "order"), (payments, "payment") })
        {
            var own = signals.Items.Where(signal => signal.Channel == channel).ToList();
            Assert.That(own[0].Reasons, Is.EqualTo(ResyncReasons.Subscribed));
            Assert.That(own.Payloads(), Is.EqualTo(Enumerable.Range(0, 10).Select(i => $"{kind} {i}")));
        }
    }

    static IObservable<ChannelSignal> Merged(PgListener listener, params string[] channels) =>
        channels.Select(name => listener.Channel(name).Signals).Merge();
}
