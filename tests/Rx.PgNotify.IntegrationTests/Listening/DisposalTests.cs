using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Listening;

[Parallelizable(ParallelScope.All)]
public class DisposalTests
{
    [Test]
    public async Task Disposing_GivesEachSubscriberWhatIsBufferedAndThenCompletesIt()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        using var gate = new ManualResetEventSlim();
        var (slow, fast) = (new Recorder<Notification>(), new Recorder<Notification>());
        using var a = await channel.SubscribeAsync(System.Reactive.Observer.Create<Notification>(
            notification =>
            {
                gate.Wait();
                slow.OnNext(notification);
            },
            slow.OnError,
            slow.OnCompleted));
        using var b = await channel.SubscribeAsync(fast);
        await Delivery.ObserverIsolationTests.SendAsync(channel, 1_000);
        await fast.UntilCountAsync(1_000);

        await listener.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
        await fast.UntilEndedAsync();
        Assert.That(slow.Count, Is.Zero, "disposing must not wait for observers");
        gate.Set();
        await slow.UntilEndedAsync();

        Assert.That(slow.Items, Has.Count.EqualTo(1_000));
        Assert.That(slow.HasCompleted && fast.HasCompleted);
        Assert.That(slow.Violation ?? fast.Violation, Is.Null);
    }

    [Test]
    public async Task Dispose_ReturnsWhenTheListenerIsClosed()
    {
        var listener = new PgListener(TestServer.ConnectionString);
        var recorder = new Recorder<Notification>();
        using var subscription = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(recorder);

        await Task.Run(listener.Dispose).WaitAsync(Eventually.Deadline);
        Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Disposed>());
        Assert.That(listener.ProcessId, Is.Null);
        await Task.Run(listener.Dispose).WaitAsync(Eventually.Deadline);
        await recorder.UntilEndedAsync();
        Assert.That(recorder.HasCompleted);
    }

    [Test]
    public async Task UseAfterDisposal_ThrowsObjectDisposedException()
    {
        var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel("a");
        await listener.DisposeAsync();
        await listener.DisposeAsync();
        Assert.That(() => listener.Channel("a"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => channel.Subscribe(new Recorder<Notification>()), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => channel.Signals.Subscribe(new Recorder<ChannelSignal>()), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(async () => await channel.SubscribeAsync(_ => { }), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task DisposingFromInsideOnNext_DoesNotDeadlock()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var disposed = new TaskCompletionSource();
        using var subscription = await channel.SubscribeAsync(_ =>
        {
            listener.DisposeAsync().AsTask().GetAwaiter().GetResult();
            disposed.SetResult();
        });
        await TestServer.DataSource.NotifyAsync(channel.Name);
        await disposed.Task.WaitAsync(Eventually.Deadline);
        Assert.That(disposed.Task.IsCompletedSuccessfully);
    }

    [Test]
    public async Task DisposingWhileConnecting_CompletesTheSubscribersAndLeavesNoBackend()
    {
        for (var round = 0; round < 20; round++)
        {
            var application = UniqueChannel.Name();
            var listener = new PgListener(
                new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { ApplicationName = application }.ConnectionString);
            var recorder = new Recorder<Notification>();
            using var subscription = listener.Channel("a").Subscribe(recorder);
            var waiting = listener.Channel("b").SubscribeAsync(_ => { });
            await listener.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
            await recorder.UntilEndedAsync();
            Assert.That(recorder.HasCompleted);
            if (!waiting.IsCompletedSuccessfully)
                Assert.That(async () => await waiting, Throws.InstanceOf<ObjectDisposedException>());
            await Eventually.IsTrueAsync(async () => await BackendsAsync(application) == 0, expectation: "no backend should stay");
        }
    }

    [Test]
    public async Task WhenTheServerHangs_DisposingReturnsAllTheSame_AndTheConnectionIsBroken()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        // No heartbeat ends the line before. Npgsql breaks it 2 s after the cancel, which comes after the 2 s that disposing waits.
        var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { Heartbeat = TimeSpan.FromHours(1) });
        using var a = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        using var hold = tap.HoldReplies();
        var recorder = new Recorder<Notification>();
        using var b = listener.Channel("never acknowledged").Subscribe(recorder);
        await Eventually.IsTrueAsync(() => tap.Statements[^1].Contains("never", StringComparison.Ordinal), expectation: "LISTEN should be sent");
        await listener.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
        await recorder.UntilEndedAsync();
        Assert.That(recorder.HasCompleted);
        await Eventually.IsTrueAsync(() => tap.OpenConnections == 0, expectation: "the connection should be broken");
    }

    [Test]
    public async Task TheState_ReplaysTheLatestAndEndsWithDisposed()
    {
        var listener = new PgListener(TestServer.ConnectionString, new PgListenerOptions { Linger = TimeSpan.Zero });
        var early = new Recorder<ListenerState>();
        using var a = listener.State.Subscribe(early);
        await early.UntilCountAsync(1);
        var subscription = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        await early.UntilAsync(items => items.Count > 0 && items[^1] is ListenerState.Listening, "it should listen");
        var late = new Recorder<ListenerState>();
        using var b = listener.State.Subscribe(late);
        await late.UntilCountAsync(1);
        Assert.That(late.Items, Is.EqualTo(new[] { early.Items[^1] }));

        subscription.Dispose();
        await early.UntilAsync(items => items.Count > 0 && items[^1] is ListenerState.Idle, "it should be idle again");
        await listener.DisposeAsync();
        await early.UntilEndedAsync();
        await late.UntilEndedAsync();
        var after = new Recorder<ListenerState>();
        using var c = listener.State.Subscribe(after);
        await after.UntilEndedAsync();

        Assert.That(early.Items[0], Is.InstanceOf<ListenerState.Idle>());
        Assert.That(after.Items.Single(), Is.InstanceOf<ListenerState.Disposed>());
        Assert.That(new[] { early, late, after }.All(recorder => recorder.HasCompleted && recorder.Violation is null));
    }

    static async Task<long> BackendsAsync(string application)
    {
        await using var command = TestServer.DataSource.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1");
        command.Parameters.AddWithValue(application);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
