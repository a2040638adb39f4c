using System.Diagnostics;
using System.Globalization;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>A burst that takes longer than two heartbeats to arrive; what the server says next stands behind it.</summary>
[NonParallelizable]
public class BurstOnASlowLineTests
{
    const int BytesPerSecond = 60_000;

    [Test]
    public async Task ACommandWhoseAnswerStandsBehindTheBurst_IsNotOverdue()
    {
        const int count = 1_000; // 270 kB
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            proxy.ConnectionString, new PgListenerOptions { Heartbeat = TimeSpan.FromSeconds(1) });
        var (first, second) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
        var channel = listener.Channel(UniqueChannel.Name());
        using var a = channel.Signals.Subscribe(first);
        await first.UntilSubscribedAsync();
        proxy.BytesPerSecond = BytesPerSecond;
        await SendAsync(channel.Name, count);
        await first.UntilCountAsync(2);

        var clock = Stopwatch.StartNew();
        using var b = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(second);
        await second.UntilCountAsync(1);

        await TestContext.Out.WriteLineAsync($"answered after {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.That(clock.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(2)), "two heartbeats, or this has tested nothing");
        Assert.That(second.Items[0].Reasons, Is.EqualTo(ResyncReasons.Subscribed));
        await first.UntilCountAsync(1 + count);
        Assert.That(first.Items.Resyncs().Count(), Is.EqualTo(1));
        Assert.That(proxy.Accepted, Is.EqualTo(1));
    }

    [Test]
    public async Task ABlackHoleInTheMiddleOfTheBurst_IsLeftWithinTwoHeartbeats()
    {
        var heartbeat = TimeSpan.FromSeconds(2);
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        // The state is conflated: it has to last until a busy machine has delivered it.
        await using var listener = new PgListener(
            proxy.ConnectionString, new PgListenerOptions { Heartbeat = heartbeat, ReconnectDelay = TimeSpan.FromSeconds(30) });
        var recorder = new Recorder<ChannelSignal>();
        var channel = listener.Channel(UniqueChannel.Name());
        using var subscription = channel.Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        proxy.BytesPerSecond = BytesPerSecond;
        await SendAsync(channel.Name, 10_000);
        await recorder.UntilCountAsync(200); // so many that the listener has begun to receive them in bulk

        using var blackHole = proxy.Swallow();
        var clock = Stopwatch.StartNew();
        var left = await listener.State.FirstAsync(state => state is ListenerState.Reconnecting)
            .Timeout(TimeSpan.FromSeconds(30));

        await TestContext.Out.WriteLineAsync($"left after {clock.Elapsed.TotalSeconds:0.0} s, {recorder.Count} received: {left}");
        Assert.That(clock.Elapsed, Is.LessThan((2 * heartbeat) + Eventually.BusyMachine), "two heartbeats, and a machine that is busy");
        Assert.That(recorder.Count, Is.LessThan(10_000), "the burst was not over");
    }

    [Test]
    public async Task ABurst_IsDeliveredAsItIsRead()
    {
        const int count = 1_500; // 60 kB, and less than the largest batch
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(proxy.ConnectionString, new PgListenerOptions { Heartbeat = TimeSpan.FromHours(1) });
        var recorder = new Recorder<Notification>();
        var channel = listener.Channel(UniqueChannel.Name());
        using var subscription = await channel.SubscribeAsync(recorder);
        proxy.BytesPerSecond = 10_000;
        await SendAsync(channel.Name, count, padding: 4);

        await recorder.UntilCountAsync(count / 10);

        Assert.That(recorder.Count, Is.LessThan(count / 2), "nothing waits for the end of a burst");
        await recorder.UntilCountAsync(count);
        Assert.That(recorder.Items.Select(notification => notification.Payload.TrimEnd('x')), Is.EqualTo(
            Enumerable.Range(1, count).Select(n => n.ToString(CultureInfo.InvariantCulture))));
    }

    static async Task SendAsync(string channel, int count, int padding = 200)
    {
        await using var command = TestServer.DataSource.CreateCommand(string.Create(
            CultureInfo.InvariantCulture,
            $"select count(pg_notify('{channel}', n || repeat('x', {padding}))) from generate_series(1, {count}) n"));
        await command.ExecuteNonQueryAsync();
    }
}
