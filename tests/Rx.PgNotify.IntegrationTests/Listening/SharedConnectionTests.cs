using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Listening;

[Parallelizable(ParallelScope.All)]
public class SharedConnectionTests
{
    [Test]
    public async Task AThousandSubscribersOnAHundredChannels_ShareOneBackendThatListensToEachChannelOnce()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        var application = UniqueChannel.Name();
        await using var listener = new PgListener(
            new NpgsqlConnectionStringBuilder(tap.ConnectionString) { ApplicationName = application }.ConnectionString,
            new PgListenerOptions { Linger = TimeSpan.FromMilliseconds(50) });
        var names = Enumerable.Range(0, 100).Select(_ => UniqueChannel.Name()).ToArray();
        var recorders = new List<Recorder<ChannelSignal>>();
        using var subscriptions = new CompositeDisposable();
        using (tap.HoldConnections()) // until all are there: what comes later is listened to separately
        {
            for (var i = 0; i < 1_000; i++)
            {
                var recorder = new Recorder<ChannelSignal>();
                recorders.Add(recorder);
                subscriptions.Add(listener.Channel(names[i % 100]).Signals.Subscribe(recorder));
            }
        }

        foreach (var recorder in recorders)
            await recorder.UntilSubscribedAsync();

        Assert.That(await BackendsAsync(application), Is.EqualTo(1));
        Assert.That(await tap.AskAsync("SELECT pg_listening_channels()"), Is.EquivalentTo(names));
        Assert.That(string.Concat(tap.Statements).Split("LISTEN").Length - 1, Is.EqualTo(1), "one DO block, sent once");

        subscriptions.Dispose();
        await Eventually.IsTrueAsync(async () => await BackendsAsync(application) == 0, expectation: "the backend should be gone");
        Assert.That(tap.Connections, Is.EqualTo(1));
    }

    [Test]
    public async Task SubscribingAgainWithinTheLinger_CostsNoRoundTripAndIsAcknowledgedAtOnce()
    {
        var clock = new HistoricalScheduler();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        // So that no heartbeat is counted, however long a busy machine takes.
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { Scheduler = clock, Heartbeat = TimeSpan.FromHours(1) });
        var channel = listener.Channel(UniqueChannel.Name());
        var first = new Recorder<ChannelSignal>();
        using (channel.Signals.Subscribe(first))
            await first.UntilSubscribedAsync();
        var roundTrips = tap.RoundTrips;

        clock.AdvanceBy(TimeSpan.FromMilliseconds(900));
        var second = new Recorder<ChannelSignal>();
        using var subscription = channel.Signals.Subscribe(second);
        await second.UntilSubscribedAsync();

        // The linger that began earlier ends now, and must not end the new subscription's LISTEN.
        clock.AdvanceBy(TimeSpan.FromSeconds(5));
        await TestServer.DataSource.NotifyAsync(channel.Name, "still here");
        await second.UntilCountAsync(2);

        Assert.That(tap.RoundTrips, Is.EqualTo(roundTrips));
        Assert.That(second.Items.Payloads(), Is.EqualTo(new[] { "still here" }));
    }

    [Test]
    public async Task TheLastSubscriberOfAChannel_CausesUnlistenOnlyAfterTheLinger()
    {
        var clock = new HistoricalScheduler();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { Scheduler = clock, Linger = TimeSpan.FromSeconds(3) });
        var (leaving, staying) = (UniqueChannel.Name(), UniqueChannel.Name());
        using var stays = await listener.Channel(staying).SubscribeAsync(_ => { });
        var leaves = await listener.Channel(leaving).SubscribeAsync(_ => { });
        leaves.Dispose();

        clock.AdvanceBy(TimeSpan.FromSeconds(2.9));
        Assert.That(await tap.AskAsync("SELECT pg_listening_channels()"), Is.EquivalentTo(new[] { leaving, staying }));

        clock.AdvanceBy(TimeSpan.FromSeconds(0.2));
        await Eventually.IsTrueAsync(
            () => tap.Statements.Contains($"UNLISTEN \"{leaving}\""), expectation: "UNLISTEN should follow the linger");
        await Eventually.IsTrueAsync(
            async () => (await tap.AskAsync("SELECT pg_listening_channels()")).SequenceEqual([staying]), expectation: "one channel should stay");
    }

    [Test]
    public async Task SubscribingWhileAnUnlistenIsInFlight_IsAcknowledgedOnlyByANewListen()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { Heartbeat = TimeSpan.FromHours(1), Linger = TimeSpan.Zero });
        var channel = listener.Channel(UniqueChannel.Name());
        using var stays = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        var leaves = await channel.SubscribeAsync(_ => { });

        var hold = tap.HoldReplies();
        leaves.Dispose();
        await Eventually.IsTrueAsync(() => tap.Statements.Contains($"UNLISTEN \"{channel.Name}\""), expectation: "UNLISTEN should be sent");
        var recorder = new Recorder<ChannelSignal>();
        using var again = channel.Signals.Subscribe(recorder);
        Assert.That(recorder.Count, Is.Zero, "the old LISTEN must not count");
        hold.Dispose();

        await recorder.UntilSubscribedAsync();
        Assert.That(tap.Statements[^1], Is.EqualTo($"LISTEN \"{channel.Name}\""));
        await TestServer.DataSource.NotifyAsync(channel.Name, "heard");
        await recorder.UntilCountAsync(2);
        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "heard" }));
    }

    [Test, LongTest]
    public async Task TenThousandChannels_AreListenedToInOneRoundTrip()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        // So that no heartbeat is counted, however long a busy machine takes.
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { Heartbeat = TimeSpan.FromHours(1) });
        var prefix = UniqueChannel.Name();
        var recorder = new Recorder<ChannelSignal>();
        using var first = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        var hold = tap.HoldReplies();
        using var second = listener.Channel("second").Subscribe(_ => { });
        await Eventually.IsTrueAsync(() => tap.Statements[^1] == "LISTEN \"second\"");
        using var subscriptions = Enumerable.Range(0, 10_000)
            .Select(i => listener.Channel($"{prefix} \"{i}\" '\\").Signals)
            .Merge()
            .Subscribe(recorder);
        var roundTrips = tap.RoundTrips;
        hold.Dispose();

        await Eventually.IsTrueAsync(() => recorder.Count == 10_000, expectation: "each channel should be acknowledged");

        Assert.That(tap.RoundTrips, Is.EqualTo(roundTrips + 1));
        Assert.That(await tap.AskAsync("SELECT count(*) FROM pg_listening_channels()"), Is.EqualTo(new[] { "10002" }));

        // And again after a loss: one round trip to look at the server, one for all channels.
        roundTrips = tap.RoundTrips;
        tap.Cut();
        await Eventually.IsTrueAsync(() => recorder.Count == 20_000, expectation: "each channel should be reported");
        Assert.That(tap.RoundTrips, Is.EqualTo(roundTrips + 2));
        Assert.That(recorder.Items.Skip(10_000).Select(signal => signal.Reasons), Has.All.EqualTo(ResyncReasons.Reconnected));
    }

    [Test]
    public async Task AnotherChannel_IsListenedToOnTheSameConnectionWhileTheFirstIsSilent()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString);
        for (var i = 0; i < 20; i++)
        {
            var recorder = new Recorder<Notification>();
            var channel = listener.Channel(UniqueChannel.Name());
            await channel.SubscribeAsync(recorder).WaitAsync(Eventually.Deadline);
            await TestServer.DataSource.NotifyAsync(channel.Name, "x");
            await recorder.UntilCountAsync(1);
        }

        Assert.That(tap.Connections, Is.EqualTo(1));
    }

    static async Task<long> BackendsAsync(string application)
    {
        await using var command = TestServer.DataSource.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1");
        command.Parameters.AddWithValue(application);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
