using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reactive.Linq;
using System.Runtime.CompilerServices;

namespace Rx.PgNotify.IntegrationTests.Diagnostics;

[Parallelizable(ParallelScope.All)]
public class ListenerMetricsTests
{
    const string Received = "pgnotify.listener.received.notifications";
    const string Delivered = "pgnotify.listener.delivered.notifications";
    const string Dropped = "pgnotify.listener.dropped.notifications";
    const string Listeners = "pgnotify.listener.count";
    const string Channels = "pgnotify.listener.channel.count";
    const string Subscribers = "pgnotify.listener.subscriber.count";
    const string QueueLength = "pgnotify.listener.queue.length";
    const string QueueSize = "pgnotify.listener.queue.size";
    const string Reconnects = "pgnotify.listener.reconnects";
    const string Heartbeats = "pgnotify.listener.heartbeat.duration";

    [Test]
    public async Task Notifications_AreCountedOnceWhenReceived_AndForEachSubscriberWhenDelivered()
    {
        using var meters = new MeterRecorder();
        await using var listener = new PgListener(TestServer.ConnectionString, new PgListenerOptions { MeterFactory = meters });
        var channel = listener.Channel(UniqueChannel.Name());
        var (first, second) = (new Recorder<Notification>(), new Recorder<ChannelSignal>());
        using var one = await channel.SubscribeAsync(first);
        using var two = await channel.Signals.SubscribeAsync(second);
        await SendAsync(channel.Name, 300);
        await first.UntilCountAsync(300);
        await second.UntilCountAsync(301);
        // An observer sees a notification before its call is counted.
        await meters.UntilAsync(Delivered, 600);

        Assert.That(meters.Read(Received), Is.EqualTo(300));
        Assert.That(meters.Read(Delivered), Is.EqualTo(600), "without the Resyncs");
        Assert.That(meters.Read(Dropped), Is.Zero);
        Assert.That(meters.Read(Channels), Is.EqualTo(1));
        Assert.That(meters.Read(Subscribers), Is.EqualTo(2));
        await meters.UntilAsync(Listeners, 1, "pgnotify.listener.state=Listening");
        Assert.That(meters.Read(Reconnects), Is.Null);
    }

    [Test]
    public async Task WhatASlowSubscriberHoldsUpAndLoses_IsMeasured()
    {
        using var meters = new MeterRecorder();
        await using var listener = new PgListener(
            TestServer.ConnectionString, new PgListenerOptions { MeterFactory = meters, BufferCapacity = 100 });
        var channel = listener.Channel(UniqueChannel.Name());
        using var gate = new ManualResetEventSlim();
        var slow = new Recorder<ChannelSignal>();
        using var subscription = await channel.Signals.SubscribeAsync(System.Reactive.Observer.Create<ChannelSignal>(signal =>
        {
            slow.OnNext(signal);
            if (signal.IsNotification)
                gate.Wait();
        }));

        await SendAsync(channel.Name, 1);
        await slow.UntilCountAsync(2);
        await meters.UntilAsync(QueueLength, 0);
        await SendAsync(channel.Name, 100);
        await meters.UntilAsync(QueueLength, 100);
        Assert.That(meters.Read(QueueSize), Is.InRange(100 * 40, 100 * 60), "forty bytes, and the characters");
        Assert.That(meters.Read(Dropped), Is.Zero);
        await SendAsync(channel.Name, 60);
        await meters.UntilAsync(Received, 161);
        gate.Set();
        await slow.UntilAsync(items => items.Payloads().LastOrDefault() == "60", "the newest");
        await meters.UntilAsync(QueueLength, 0);

        var dropped = slow.Items.Resyncs().Sum(resync => resync.Dropped);
        Assert.That(dropped, Is.GreaterThan(0));
        Assert.That(meters.Read(Dropped), Is.EqualTo(dropped));
        await meters.UntilAsync(Delivered, 161 - dropped);
        await meters.UntilAsync(QueueSize, 0);
    }

    [Test]
    public async Task ALostConnection_IsCountedOnceItIsReplaced()
    {
        await using var server = await TestServer.StartOwnAsync();
        using var meters = new MeterRecorder();
        await using var listener = new PgListener(
            server.ConnectionString,
            new PgListenerOptions { MeterFactory = meters, ReconnectDelay = TimeSpan.FromMilliseconds(10), MaxReconnectDelay = TimeSpan.FromMilliseconds(20) });
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel("a").Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        await server.StopAsync();
        await meters.UntilAsync(Listeners, 1, "pgnotify.listener.state=Reconnecting");
        await meters.UntilAsync(Channels, 0);
        Assert.That(meters.Read(Reconnects), Is.Null, "not before it stands");
        await server.StartAgainAsync();
        await recorder.UntilCountAsync(2);
        await meters.UntilAsync(Reconnects, 1);

        await server.KillBackendsAsync();
        await meters.UntilAsync(Reconnects, 2);
    }

    [Test]
    public async Task AHeartbeat_IsTimedInSeconds()
    {
        // A tenth of a second at least, for each heartbeat: in milliseconds they would come to more than the whole test.
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        proxy.Delay = TimeSpan.FromMilliseconds(50);
        using var meters = new MeterRecorder();
        var clock = Stopwatch.StartNew();
        await using var listener = new PgListener(
            proxy.ConnectionString, new PgListenerOptions { MeterFactory = meters, Name = "idle", Heartbeat = TimeSpan.FromSeconds(1) });
        using var subscription = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        await Eventually.IsTrueAsync(() => meters.All(Heartbeats, "pgnotify.listener.name=idle").Count >= 2);
        var heartbeats = meters.All(Heartbeats, "pgnotify.listener.name=idle");
        Assert.That(heartbeats, Has.All.GreaterThan(0.09));
        Assert.That(heartbeats.Sum(), Is.LessThan(clock.Elapsed.TotalSeconds));
    }

    [Test]
    public async Task ListenersOfOneName_AreOneSeries_WhoseCountsOutliveThemAndWhoseLevelsDoNot()
    {
        using var meters = new MeterRecorder();
        var channel = UniqueChannel.Name();
        string[] names = ["orders", "orders", "stock"];
        var listeners = names
            .Select(name => new PgListener(TestServer.ConnectionString, new PgListenerOptions { MeterFactory = meters, Name = name })).ToArray();
        foreach (var listener in listeners)
            await listener.Channel(channel).SubscribeAsync(_ => { });
        await SendAsync(channel, 10);

        await meters.UntilAsync(Delivered, 20, "pgnotify.listener.name=orders");
        await meters.UntilAsync(Delivered, 10, "pgnotify.listener.name=stock");
        Assert.That(meters.Read(Subscribers, "pgnotify.listener.name=orders"), Is.EqualTo(2));
        Assert.That(meters.Instruments.Select(instrument => instrument.Name), Is.Unique, "one of each for all of them");

        await listeners[0].DisposeAsync();
        Assert.That(meters.Read(Received, "pgnotify.listener.name=orders"), Is.EqualTo(20), "a count never falls");
        Assert.That(meters.Read(Subscribers, "pgnotify.listener.name=orders"), Is.EqualTo(1));
        await SendAsync(channel, 5);
        await meters.UntilAsync(Received, 25, "pgnotify.listener.name=orders");

        await listeners[1].DisposeAsync();
        await listeners[2].DisposeAsync();
        Assert.That(meters.Read(Received, "pgnotify.listener.name=orders"), Is.EqualTo(25), "for who collects after them");
        foreach (var level in (string[])[Subscribers, Channels, QueueLength, QueueSize])
            Assert.That(meters.Read(level, "pgnotify.listener.name=orders"), Is.Null, level);
        Assert.That(meters.Read(Listeners, "pgnotify.listener.name=orders,pgnotify.listener.state=Disposed"), Is.Null);
    }

    [Test]
    public async Task WithoutAFactory_AllReportToOneMeterOfTheProcess()
    {
        using var meters = MeterRecorder.OfTheProcess();
        var (name, other) = (UniqueChannel.Name(), UniqueChannel.Name());
        await using var listener = new PgListener(TestServer.ConnectionString, new PgListenerOptions { Name = name });
        await using var second = new PgListener(TestServer.ConnectionString, new PgListenerOptions { Name = other });
        using var subscription = await listener.Channel("a").SubscribeAsync(_ => { });

        Assert.That(meters.Read(Subscribers, $"pgnotify.listener.name={name}"), Is.EqualTo(1));
        Assert.That(meters.Read(Subscribers, $"pgnotify.listener.name={other}"), Is.Zero);
        Assert.That(meters.Instruments.Select(instrument => instrument.Name), Is.Unique);
    }

    [Test, LongTest]
    public async Task AListenerThatIsBeingDisposed_IsNeverCountedAsDisposed()
    {
        using var meters = new MeterRecorder();
        using var end = new CancellationTokenSource();
        var collecting = Task.Run(() =>
        {
            var seen = false;
            while (!end.IsCancellationRequested)
                seen |= meters.Read(Listeners, "pgnotify.listener.state=Disposed") is not null;
            return seen;
        });
        for (var i = 0; i < 5_000; i++)
            await new PgListener(TestServer.ConnectionString, new PgListenerOptions { MeterFactory = meters }).DisposeAsync();
        await end.CancelAsync();
        Assert.That(await collecting, Is.False);
    }

    [Test]
    public async Task AFactorysMeter_IsUsedUpToTheEnd_AndNotDisposedByTheListener()
    {
        using var meters = new MeterRecorder();
        var listener = new PgListener(TestServer.ConnectionString, new PgListenerOptions { MeterFactory = meters });
        await listener.DisposeAsync();
        await using var next = new PgListener(TestServer.ConnectionString, new PgListenerOptions { MeterFactory = meters });
        Assert.That(meters.Asked, Is.EqualTo(2));
        Assert.That(meters.Read(Listeners, "pgnotify.listener.state=Idle"), Is.EqualTo(1));
    }

    [Test]
    public void AListenerThatNobodyDisposes_IsNotKeptByBeingMeasured()
    {
        using var meters = new MeterRecorder();
        var listener = Forget(meters);
        Assert.That(meters.Read(Listeners, "pgnotify.listener.state=Idle"), Is.Null.Or.LessThanOrEqualTo(1));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.That(listener.IsAlive, Is.False);
        Assert.That(meters.Read(Listeners, "pgnotify.listener.state=Idle"), Is.Null);
    }

    [Test]
    public async Task WhoeverMeasuresAndThrows_DisturbsNothing()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        var name = UniqueChannel.Name();
        var thrown = 0;
        using var faulty = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Meter: { Name: "Rx.PgNotify", Scope: null }, IsObservable: false })
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        faulty.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (!tags.ToArray().Any(tag => name.Equals(tag.Value)))
                return; // of another test
            thrown++;
            throw new InvalidOperationException("the collector is full");
        });
        faulty.Start();
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { Name = name, ReconnectDelay = TimeSpan.FromMilliseconds(10) });
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        tap.Cut();
        await recorder.UntilCountAsync(2);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref thrown) == 1, expectation: "the reconnect is reported");
        Assert.That(await listener.State.FirstAsync(state => state is ListenerState.Listening).Timeout(Eventually.Deadline), Is.Not.Null);
        Assert.That(tap.Connections, Is.EqualTo(2));
    }

    [TestCase(0)]
    [TestCase(101)]
    public void ANameThatIsNoTag_IsRefused(int length)
    {
        var name = new string('n', length);
        Assert.That(
            () => new PgListener("Host=h", new PgListenerOptions { Name = name }),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("PgListenerOptions.Name must be null, or 1 to 100 characters"));
        Assert.That(
            () => new PgNotifier("Host=h", new PgNotifierOptions { Name = name }),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("PgNotifierOptions.Name must be null, or 1 to 100 characters"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference Forget(MeterRecorder meters) => new(new PgListener("Host=h", new PgListenerOptions { MeterFactory = meters }));

    // 1 to count, one after the other in one transaction.
    static async Task SendAsync(string channel, int count) => await SqlExtensions.ExecuteAsync(
        TestServer.ConnectionString, $"SELECT count(pg_notify('{channel}', i::text)) FROM (SELECT i FROM generate_series(1, {count}) i ORDER BY i) n");
}
