using System.Reactive;
using System.Reactive.Linq;
using System.Runtime.CompilerServices;

namespace Rx.PgNotify.IntegrationTests.Listening;

[Parallelizable(ParallelScope.All)]
public class StoppingTests
{
    [Test]
    public async Task Stopping_GivesEachSubscriberWhatIsBufferedAndThenCompletesIt_AndClosesTheConnection()
    {
        using var stop = new CancellationTokenSource();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { StoppingToken = stop.Token });
        var channel = listener.Channel(UniqueChannel.Name());
        using var gate = new ManualResetEventSlim();
        var (slow, fast) = (new Recorder<Notification>(), new Recorder<Notification>());
        using var a = await channel.SubscribeAsync(Observer.Create<Notification>(
            notification =>
            {
                gate.Wait();
                slow.OnNext(notification);
            },
            slow.OnError,
            slow.OnCompleted));
        using var b = await channel.SubscribeAsync(fast);
        await Delivery.ObserverIsolationTests.SendAsync(channel, 100);
        await fast.UntilCountAsync(100);

        await stop.CancelAsync();
        await fast.UntilEndedAsync();
        Assert.That(slow.Count, Is.Zero, "stopping must not wait for observers");
        await listener.State.FirstAsync(state => state is ListenerState.Idle).Timeout(Eventually.Deadline);
        await Eventually.IsTrueAsync(() => tap.OpenConnections == 0);
        gate.Set();
        await slow.UntilEndedAsync();
        Assert.That(slow.Items, Has.Count.EqualTo(100));
        Assert.That((slow.HasCompleted, fast.HasCompleted, slow.Violation ?? fast.Violation), Is.EqualTo((true, true, (string?)null)));
    }

    [Test]
    public async Task AfterStopping_WhoSubscribesCompletesAtOnce_AndNothingConnects()
    {
        using var stop = new CancellationTokenSource();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { StoppingToken = stop.Token });
        await stop.CancelAsync();

        var (notifications, signals) = (new Recorder<Notification>(), new Recorder<ChannelSignal>());
        using var a = listener.Channel("a").Subscribe(notifications);
        using var b = listener.Channel("a").Signals.Subscribe(signals);
        var read = await listener.Channel("a").Signals.ReadAllAsync().CountAsync().AsTask().WaitAsync(Eventually.Deadline);
        await notifications.UntilEndedAsync();
        await signals.UntilEndedAsync();

        Assert.That((notifications.HasCompleted, signals.HasCompleted, signals.Count, read), Is.EqualTo((true, true, 0, 0)));
        Assert.That(async () => await listener.Channel("a").SubscribeAsync(_ => { }), Throws.InstanceOf<OperationCanceledException>());
        Assert.That((tap.Connections, listener.CurrentState is ListenerState.Idle), Is.EqualTo((0, true)));
    }

    [Test]
    public async Task Stopping_CompletesTheState_AfterTheEndOfTheConnection()
    {
        using var stop = new CancellationTokenSource();
        await using var listener = new PgListener(TestServer.ConnectionString, new PgListenerOptions { StoppingToken = stop.Token });
        var (present, late, later) = (new Recorder<ListenerState>(), new Recorder<ListenerState>(), new Recorder<ListenerState>());
        using var a = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        using var b = listener.State.Subscribe(present);
        await present.UntilCountAsync(1);

        await stop.CancelAsync();
        await present.UntilEndedAsync();
        using var c = listener.State.Subscribe(late);
        await late.UntilEndedAsync();
        await listener.DisposeAsync();
        using var d = listener.State.Subscribe(later);
        await later.UntilEndedAsync();

        Assert.That(present.Items[^1], Is.InstanceOf<ListenerState.Idle>());
        Assert.That(late.Items.Single(), Is.InstanceOf<ListenerState.Idle>());
        Assert.That(later.Items.Single(), Is.InstanceOf<ListenerState.Disposed>());
        Assert.That((present.HasCompleted, late.HasCompleted, later.HasCompleted, present.Violation), Is.EqualTo((true, true, true, (string?)null)));
    }

    [Test]
    public async Task AFaultedListener_IsIdleOnceItIsStopped()
    {
        using var stop = new CancellationTokenSource();
        await using var listener = new PgListener(
            $"{TestServer.ConnectionString};Database=nowhere", new PgListenerOptions { StoppingToken = stop.Token });
        var recorder = new Recorder<Notification>();
        using var subscription = listener.Channel("a").Subscribe(recorder);
        await recorder.UntilEndedAsync();
        Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Faulted>());

        await stop.CancelAsync();

        await listener.State.LastAsync().Timeout(Eventually.Deadline);
        Assert.That(listener.CurrentState, Is.InstanceOf<ListenerState.Idle>());
    }

    [Test]
    public async Task ATokenThatIsCancelledBeforehand_StopsFromTheBeginning()
    {
        await using var listener = new PgListener(
            TestServer.ConnectionString, new PgListenerOptions { StoppingToken = new CancellationToken(canceled: true) });
        var recorder = new Recorder<Notification>();
        using var subscription = listener.Channel("a").Subscribe(recorder);
        await recorder.UntilEndedAsync();
        Assert.That(recorder.HasCompleted);
    }

    [Test]
    public async Task WhoWaitsForAnUnreachableServer_IsReleased()
    {
        using var stop = new CancellationTokenSource();
        await using var listener = new PgListener(
            "Host=127.0.0.1;Port=1;Username=u",
            new PgListenerOptions { StoppingToken = stop.Token, ReconnectDelay = TimeSpan.FromHours(1), MaxReconnectDelay = TimeSpan.FromHours(1) });
        var recorder = new Recorder<Notification>();
        var waiting = listener.Channel("a").SubscribeAsync(recorder);
        await listener.State.FirstAsync(state => state is ListenerState.Reconnecting).Timeout(Eventually.Deadline);

        await stop.CancelAsync();

        Assert.That(
            async () => await waiting.WaitAsync(Eventually.Deadline),
            Throws.InstanceOf<OperationCanceledException>().With.Property(nameof(OperationCanceledException.CancellationToken)).EqualTo(stop.Token));
        await recorder.UntilEndedAsync();
        Assert.That(recorder.HasCompleted);
        await listener.State.FirstAsync(state => state is ListenerState.Idle).Timeout(Eventually.Deadline);
    }

    [Test]
    public async Task ADisposedListener_IsNotKeptByTheToken_AndThrowsAsWithoutOne()
    {
        using var stop = new CancellationTokenSource();
        var listener = await UseAndDisposeAsync(stop.Token);
        await Eventually.IsTrueAsync(() =>
        {
            GC.Collect();
            return !listener.IsAlive;
        });
        await stop.CancelAsync();

        var other = new PgListener(TestServer.ConnectionString, new PgListenerOptions { StoppingToken = stop.Token });
        var channel = other.Channel("a");
        await other.DisposeAsync();
        Assert.That(() => channel.Subscribe(new Recorder<Notification>()), Throws.InstanceOf<ObjectDisposedException>());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static async Task<WeakReference> UseAndDisposeAsync(CancellationToken stop)
    {
        var listener = new PgListener(TestServer.ConnectionString, new PgListenerOptions { StoppingToken = stop });
        using (await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { }))
            await listener.DisposeAsync();
        return new WeakReference(listener);
    }
}
