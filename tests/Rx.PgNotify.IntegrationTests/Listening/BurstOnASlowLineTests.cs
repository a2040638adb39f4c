using System.Diagnostics;
using System.Globalization;

namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>A burst that takes longer than two heartbeats to arrive; what the server says next stands behind it.</summary>
[LongTest]
[NonParallelizable]
public class BurstOnASlowLineTests
{
    static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(2);

    [Test]
    public async Task ACommandWhoseAnswerStandsBehindTheBurst_IsNotOverdue()
    {
        const int count = 1_000; // 270 kB, which would take a minute and a half
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            proxy.ConnectionString, new PgListenerOptions { Heartbeat = s_heartbeat });
        var (first, second) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
        var channel = listener.Channel(UniqueChannel.Name());
        using var a = channel.Signals.Subscribe(first);
        await first.UntilSubscribedAsync();
        proxy.BytesPerSecond = 3_000;
        await SendAsync(channel.Name, count);
        await first.UntilCountAsync(2);

        var clock = Stopwatch.StartNew();
        using var b = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(second);
        // How long the answer fails to come is what this test is about.
        await Eventually.IsTrueAsync(() => clock.Elapsed > 2.5 * s_heartbeat);
        Assert.That(
            second.Count, Is.Zero,
            () => $"it stands behind the burst, or this has tested nothing; {first.Count} came, {first.Items.Resyncs().Count()} of them Resyncs, on {proxy.Accepted} connections");
        proxy.BytesPerSecond = 0;
        await second.UntilCountAsync(1);

        Assert.That(second.Items[0].Reasons, Is.EqualTo(ResyncReasons.Subscribed));
        await first.UntilCountAsync(1 + count);
        Assert.That(first.Items.Resyncs().Count(), Is.EqualTo(1));
        Assert.That(proxy.Accepted, Is.EqualTo(1));
    }

    [Test]
    public async Task ABlackHoleInTheMiddleOfTheBurst_IsLeftWithinTwoHeartbeats()
    {
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            proxy.ConnectionString, new PgListenerOptions { Heartbeat = s_heartbeat, ReconnectDelay = TimeSpan.FromMilliseconds(10) });
        var recorder = new Recorder<ChannelSignal>();
        var channel = listener.Channel(UniqueChannel.Name());
        using var subscription = channel.Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        await using var clock = await HeartbeatClock.StartAsync(s_heartbeat);
        proxy.BytesPerSecond = 60_000;
        await SendAsync(channel.Name, 10_000);
        await recorder.UntilCountAsync(200); // so many that the listener has begun to receive them in bulk

        var start = clock.Beats;
        using var blackHole = proxy.Swallow();
        await Eventually.BecomesAsync(() => Task.FromResult(proxy.Accepted), connections => connections >= 2);

        var beats = clock.Beats - start;
        await TestContext.Out.WriteLineAsync($"left in {beats} beats, {recorder.Count} received");
        Assert.That(beats, Is.LessThanOrEqualTo(HeartbeatClock.MostBeatsIn(2)));
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
        proxy.BytesPerSecond = 500; // two minutes, of which the test waits for a few seconds
        await SendAsync(channel.Name, count, padding: 4);

        await recorder.UntilCountAsync(count / 50);

        Assert.That(recorder.Count, Is.LessThan(count / 2), "nothing waits for the end of a burst");
        proxy.BytesPerSecond = 0;
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
