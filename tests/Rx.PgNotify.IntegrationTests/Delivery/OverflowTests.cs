using System.Globalization;

namespace Rx.PgNotify.IntegrationTests.Delivery;

[LongTest, Parallelizable(ParallelScope.All)]
public class OverflowTests
{
    [TestCase(1, 100)]
    [TestCase(2, 100)]
    [TestCase(7, 100)]
    [TestCase(64, 10_000)]
    [TestCase(1_000, 25_000)]
    public async Task AnOverrunSubscriber_GetsExactlyOneOverflowWhoseCountIsRight_AndItsSiblingsNone(int capacity, int sent)
    {
        await using var listener = new PgListener(
            TestServer.ConnectionString, new PgListenerOptions { BufferCapacity = capacity });
        var channel = listener.Channel(UniqueChannel.Name());
        using var gate = new ManualResetEventSlim();
        var slow = new Recorder<ChannelSignal>();
        var fast = new Recorder<ChannelSignal>();
        using var a = await channel.Signals.SubscribeAsync(Blocking(slow, gate));
        using var b = await channel.Signals.SubscribeAsync(fast);
        await fast.UntilSubscribedAsync();

        // Small portions, so that the sibling, which is fast but not endlessly so, is never overrun itself.
        var portion = Math.Max(1, capacity / 2);
        for (var from = 0; from < sent; from += portion)
        {
            var count = Math.Min(portion, sent - from);
            await SendAsync(channel, from, count);
            await fast.UntilCountAsync(1 + from + count);
        }

        gate.Set();
        await slow.UntilAsync(items => items.Count > 0 && items[^1].IsNotification && Number(items[^1]) == sent - 1, "the newest should arrive");

        Assert.That(fast.Items.Resyncs().Count(), Is.EqualTo(1));
        Assert.That(fast.Items.Payloads(), Is.EqualTo(Payloads(0, sent)));
        var overflow = slow.Items.Resyncs().Skip(1).Single();
        Assert.That(overflow.Reasons, Is.EqualTo(ResyncReasons.Overflow));
        Assert.That(overflow.Dropped + slow.Items.Payloads().Count(), Is.EqualTo(sent));
        var before = slow.Items.TakeWhile(signal => (signal.Reasons & ResyncReasons.Overflow) == ResyncReasons.None).Payloads().ToArray();
        Assert.That(before, Is.EqualTo(Payloads(0, before.Length)));
        var after = slow.Items.Payloads().Skip(before.Length).ToArray();
        Assert.That(after, Is.EqualTo(Payloads(sent - after.Length, after.Length)), "the newest, without a hole");
        Assert.That(after, Has.Length.InRange(Math.Max(1, capacity / 2), capacity));
    }

    [Test]
    public async Task ASubscriberThatIsSlowButWithinTheCapacity_KeepsAllWhenASlowerOneIsOverrun()
    {
        await using var listener = new PgListener(TestServer.ConnectionString, new PgListenerOptions { BufferCapacity = 100 });
        var channel = listener.Channel(UniqueChannel.Name());
        using var gate = new ManualResetEventSlim();
        var (slower, slow, fast) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
        using var a = await channel.Signals.SubscribeAsync(BlockingFrom(0, slower, gate));
        using var b = await channel.Signals.SubscribeAsync(BlockingFrom(30, slow, gate));
        using var c = await channel.Signals.SubscribeAsync(fast);

        // The one blocks on the first notification, the other one on the 31st; then 80 more, one by one.
        await SendAsync(channel, 0, 1);
        await slower.UntilCountAsync(2);
        await SendAsync(channel, 1, 29);
        await slow.UntilCountAsync(31);
        for (var i = 30; i <= 110; i++)
        {
            await SendAsync(channel, i, 1);
            await fast.UntilCountAsync(2 + i);
            if (i == 30)
                await slow.UntilCountAsync(32);
        }

        gate.Set();
        await slow.UntilCountAsync(112);
        await slower.UntilAsync(items => items.Count > 0 && items[^1].IsNotification && Number(items[^1]) == 110, "the newest should arrive");
        Assert.That(slow.Items.Resyncs().Count(), Is.EqualTo(1));
        Assert.That(slow.Items.Payloads(), Is.EqualTo(Payloads(0, 111)));
        Assert.That(slower.Items.Resyncs().Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task AReconnectThatASubscriberWasOverrunPast_SurvivesAsAFlagOfItsOverflow()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { BufferCapacity = 10, ReconnectDelay = TimeSpan.FromMilliseconds(5) });
        var channel = listener.Channel(UniqueChannel.Name());
        using var gate = new ManualResetEventSlim();
        var (slow, fast) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
        using var a = await channel.Signals.SubscribeAsync(Blocking(slow, gate));
        using var b = await channel.Signals.SubscribeAsync(fast);
        await SendAsync(channel, 0, 1);
        await slow.UntilCountAsync(2);
        tap.Cut();
        await fast.UntilAsync(items => items.Count > 0 && items[^1].Reasons == ResyncReasons.Reconnected, "the connection should come back");
        var seen = fast.Count;
        for (var i = 1; i <= 30; i++)
        {
            await SendAsync(channel, i, 1);
            await fast.UntilCountAsync(seen + i);
        }

        gate.Set();
        await slow.UntilAsync(items => items.Count > 0 && items[^1].IsNotification && Number(items[^1]) == 30, "the newest should arrive");
        var overflow = slow.Items.Resyncs().Skip(1).Single();
        Assert.That(overflow.Reasons, Is.EqualTo(ResyncReasons.Overflow | ResyncReasons.Reconnected));
        Assert.That(overflow.Dropped + slow.Items.Payloads().Count(), Is.EqualTo(31));
    }

    [Test]
    public async Task WhenAllBuffersTogetherHoldTooManyBytes_TheLargestLaggardIsOverrunAndOthersAreNot()
    {
        await using var listener = new PgListener(
            TestServer.ConnectionString, new PgListenerOptions { BufferBytes = 1024 * 1024 });
        using var gate = new ManualResetEventSlim();
        var (large, small) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
        var (largeChannel, smallChannel) = (listener.Channel(UniqueChannel.Name()), listener.Channel(UniqueChannel.Name()));
        var fast = new Recorder<ChannelSignal>();
        using var a = await largeChannel.Signals.SubscribeAsync(Blocking(large, gate));
        using var b = await smallChannel.Signals.SubscribeAsync(Blocking(small, gate));
        using var c = await largeChannel.Signals.SubscribeAsync(fast);

        await SendAsync(smallChannel, 0, 500); // some 23 KB
        for (var i = 0; i < 300; i++) // 300 times 16 KB of characters
        {
            await TestServer.DataSource.NotifyAsync(largeChannel.Name, i.ToString("D4", CultureInfo.InvariantCulture).PadLeft(7_999, 'x'));
            await fast.UntilCountAsync(2 + i);
        }

        gate.Set();
        await large.UntilAsync(items => items.Count > 0 && items[^1].IsNotification && items[^1].Notification.Payload.EndsWith("0299", StringComparison.Ordinal), "the newest");
        await small.UntilCountAsync(501);

        Assert.That(fast.Items.Resyncs().Count(), Is.EqualTo(1));
        Assert.That(small.Items.Resyncs().Count(), Is.EqualTo(1));
        var overflow = large.Items.Resyncs().Skip(1).Single();
        Assert.That(overflow.Dropped, Is.GreaterThan(200));
        Assert.That(overflow.Dropped + large.Items.Payloads().Count(), Is.EqualTo(300));
    }

    static IObserver<ChannelSignal> Blocking(Recorder<ChannelSignal> recorder, ManualResetEventSlim gate) =>
        System.Reactive.Observer.Create<ChannelSignal>(signal =>
        {
            recorder.OnNext(signal);
            if (signal.IsNotification)
                gate.Wait();
        });

    static IObserver<ChannelSignal> BlockingFrom(int number, Recorder<ChannelSignal> recorder, ManualResetEventSlim gate) =>
        System.Reactive.Observer.Create<ChannelSignal>(signal =>
        {
            recorder.OnNext(signal);
            if (signal.IsNotification && Number(signal) >= number)
                gate.Wait();
        });

    static int Number(ChannelSignal signal) => int.Parse(signal.Notification.Payload, CultureInfo.InvariantCulture);

    static string[] Payloads(int from, int count) =>
        [.. Enumerable.Range(from, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    static async Task SendAsync(PgChannel channel, int from, int count)
    {
        await using var command = TestServer.DataSource.CreateCommand(
            "SELECT count(pg_notify($1, i::text)) FROM (SELECT i FROM generate_series($2, $2 + $3 - 1) i ORDER BY i) numbers");
        command.Parameters.AddWithValue(channel.Name);
        command.Parameters.AddWithValue(from);
        command.Parameters.AddWithValue(count);
        await command.ExecuteNonQueryAsync();
    }
}
