using System.Globalization;
using System.Reactive.Disposables;

namespace Rx.PgNotify.IntegrationTests.Listening;

[Parallelizable(ParallelScope.All)]
public class AcknowledgementTests
{
    /// <summary>10,000 by hand: PGNOTIFY_TEST_ROUNDS=10000.</summary>
    static readonly int s_rounds = int.Parse(
        Environment.GetEnvironmentVariable("PGNOTIFY_TEST_ROUNDS") ?? "1000", CultureInfo.InvariantCulture);

    [Test]
    public async Task WhatIsSentAfterTheResync_IsDeliveredEveryTime()
    {
        await using var listener = new PgListener(TestServer.ConnectionString, new PgListenerOptions { Linger = TimeSpan.Zero });
        var delivered = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, s_rounds), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, _) =>
        {
            var channel = listener.Channel(UniqueChannel.Name());
            var recorder = new Recorder<ChannelSignal>();
            using (channel.Signals.Subscribe(recorder))
            {
                await recorder.UntilSubscribedAsync();
                await TestServer.DataSource.NotifyAsync(channel.Name, "1");
                await recorder.UntilCountAsync(2);
                Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "1" }));
                Interlocked.Increment(ref delivered);
            }
        });

        Assert.That(delivered, Is.EqualTo(s_rounds));
    }

    [Test, LongTest]
    public async Task UnderTraffic_TheResyncComesFirst_AndEachNotificationAfterItOnceAndInOrder()
    {
        await using var listener = new PgListener(TestServer.ConnectionString, new PgListenerOptions { Linger = TimeSpan.Zero });
        var name = UniqueChannel.Name();
        using var stop = new CancellationTokenSource();
        var sender = Task.Run(async () =>
        {
            await using var connection = await TestServer.DataSource.OpenConnectionAsync();
            for (var i = 0; !stop.IsCancellationRequested; i++)
                await connection.NotifyAsync(name, i.ToString(CultureInfo.InvariantCulture));
        });

        // The first subscriber waits for LISTEN while notifications flow, the second finds it in force.
        for (var round = 0; round < 100; round++)
        {
            var (first, second) = (new Recorder<ChannelSignal>(), new Recorder<ChannelSignal>());
            using (listener.Channel(name).Signals.Subscribe(first))
            {
                await first.UntilCountAsync(5);
                using (listener.Channel(name).Signals.Subscribe(second))
                    await second.UntilCountAsync(5);
            }

            AssertGapless(first);
            AssertGapless(second);
        }

        await stop.CancelAsync();
        await sender;
    }

    [Test]
    public async Task ANotificationThatOvertakesTheReplyToListen_IsTheAcknowledgement()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        // No heartbeat ends a line whose replies are held, however long a busy machine takes.
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { Heartbeat = TimeSpan.FromHours(1) });
        using var stays = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();

        var hold = tap.HoldReplies();
        using var subscription = channel.Signals.Subscribe(recorder);
        await Eventually.IsTrueAsync(() => tap.Statements[^1] == $"LISTEN \"{channel.Name}\"");
        await tap.InjectAsync(channel.Name, "early");
        await recorder.UntilCountAsync(2);
        hold.Dispose();
        // The server did not send that notification, so it may not even have read LISTEN by now.
        await Eventually.IsTrueAsync(async () => (await tap.AskAsync("SELECT pg_listening_channels()")).Contains(channel.Name));
        await TestServer.DataSource.NotifyAsync(channel.Name, "later");
        await recorder.UntilCountAsync(3);

        Assert.That(recorder.Items[0].Reasons, Is.EqualTo(ResyncReasons.Subscribed));
        Assert.That(recorder.Items.Skip(1).Payloads(), Is.EqualTo(new[] { "early", "later" }));
    }

    [Test]
    public async Task ANotificationThatOvertakesTheReplyToListenAfterAReconnect_ComesAfterTheResync()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { Heartbeat = TimeSpan.FromHours(1), ReconnectDelay = TimeSpan.FromMilliseconds(5) });
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = channel.Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        var hold = tap.HoldRepliesTo($"LISTEN \"{channel.Name}\"");
        tap.Cut();
        await Eventually.IsTrueAsync(() => tap.Statements.Count(sql => sql.StartsWith("LISTEN", StringComparison.Ordinal)) == 2);
        await tap.InjectAsync(channel.Name, "early");
        await recorder.UntilCountAsync(3);
        hold.Dispose();

        Assert.That(recorder.Items.Resyncs().Select(signal => signal.Reasons), Is.EqualTo(
            new[] { ResyncReasons.Subscribed, ResyncReasons.Reconnected }));
        Assert.That(recorder.Items[^1].Notification.Payload, Is.EqualTo("early"));
    }

    [Test]
    public async Task SubscribeAsync_WhenItsTokenIsCancelledBeforeTheAcknowledgement_LeavesNothingBehind()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { Heartbeat = TimeSpan.FromHours(1), Linger = TimeSpan.Zero });
        using var stays = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<Notification>();
        using var patience = new CancellationTokenSource();

        var hold = tap.HoldReplies();
        var subscribing = channel.SubscribeAsync(recorder, patience.Token);
        await patience.CancelAsync();
        Assert.That(async () => await subscribing, Throws.InstanceOf<OperationCanceledException>());
        hold.Dispose();

        await Eventually.IsTrueAsync(
            async () => !(await tap.AskAsync("SELECT pg_listening_channels()")).Contains(channel.Name), expectation: "the channel should not stay");
        await TestServer.DataSource.NotifyAsync(channel.Name, "nobody");
        await TestServer.DataSource.NotifyAsync(channel.Name, "hears");
        Assert.That(recorder.Items, Is.Empty);
    }

    [Test]
    public async Task SubscribeAsync_WithACancelledToken_DoesNotConnect()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString);
        Assert.That(
            async () => await listener.Channel("c").SubscribeAsync(_ => { }, new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(tap.Connections, Is.Zero);
    }

    [Test]
    public async Task AfterALostConnection_EachSubscriberGetsOneReconnectedResyncAndThenWhatIsSent()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(10) });
        var names = new[] { UniqueChannel.Name(), UniqueChannel.Name() };
        var recorders = names.Select(_ => new Recorder<ChannelSignal>()).ToArray();
        using var subscriptions = new CompositeDisposable(names.Select((name, i) => listener.Channel(name).Signals.Subscribe(recorders[i])));
        foreach (var recorder in recorders)
            await recorder.UntilSubscribedAsync();

        tap.Cut();
        foreach (var recorder in recorders)
            await recorder.UntilCountAsync(2);
        var late = new Recorder<ChannelSignal>();
        using var newcomer = listener.Channel(names[0]).Signals.Subscribe(late);
        await late.UntilSubscribedAsync();
        foreach (var name in names)
            await TestServer.DataSource.NotifyAsync(name, name);
        await late.UntilCountAsync(2);

        for (var i = 0; i < names.Length; i++)
        {
            await recorders[i].UntilCountAsync(3);
            Assert.That(recorders[i].Items.Resyncs().Select(signal => signal.Reasons), Is.EqualTo(
                new[] { ResyncReasons.Subscribed, ResyncReasons.Reconnected }));
            Assert.That(recorders[i].Items[^1].Notification.Payload, Is.EqualTo(names[i]));
        }

        Assert.That(tap.Connections, Is.EqualTo(2));
    }

    static void AssertGapless(Recorder<ChannelSignal> recorder)
    {
        Assert.That(recorder.Violation, Is.Null);
        var items = recorder.Items;
        Assert.That(items[0].Reasons, Is.EqualTo(ResyncReasons.Subscribed));
        Assert.That(items.Resyncs().Count(), Is.EqualTo(1));
        var numbers = items.Payloads().Select(payload => int.Parse(payload, CultureInfo.InvariantCulture)).ToArray();
        Assert.That(numbers, Is.EqualTo(Enumerable.Range(numbers[0], numbers.Length)));
    }
}
