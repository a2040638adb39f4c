using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Surroundings;

/// <summary>Nothing keeps the ExecutionContext of whoever happened to come first.</summary>
[Parallelizable(ParallelScope.All)]
public class KeptContextTests
{
    static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    public static IEnumerable<TestCaseData<Func<IObservable<ChannelSignal>, IObservable<object>>>> Timers =>
    [
        Timer("Debounce", source => source.Debounce(s_long, s_long).Select(s => (object)s)),
        Timer("Coalesce", source => source.Coalesce(s_long, s_long)),
        Timer("CoalesceBy", source => source.CoalesceBy(s => s.Channel, s_long, s_long)),
        Timer("ThrottleLatest", source => source.ThrottleLatest(s_long).Select(s => (object)s)),
        Timer("LiveQuery", source => source.LiveQuery(
            _ => Task.FromResult(new object()), new LiveQueryOptions { Quiet = s_long })),
        Timer("LiveQuery that is tried again", source => source.LiveQuery<object>(
            _ => throw new NotSupportedException(), new LiveQueryOptions { QueryFailed = _ => { }, RetryDelay = s_long })),
        Timer("Isolate", source => source.Isolate(10).Select(s => (object)s)),
    ];

    // Whoever uses Rx's scheduler first is kept by it, for the life of the process; FirstContextTests look at that.
    [OneTimeSetUp]
    public void UseTheScheduler() => _ = DefaultScheduler.Instance.StartStopwatch();

    [Test]
    public async Task WhoSubscribesFirst_IsNotKeptByTheConnection()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var recorder = new Recorder<ChannelSignal>();
        var channel = listener.Channel(UniqueChannel.Name());
        var context = ForeignContext.Run(() => channel.Signals.Subscribe(recorder));
        await recorder.UntilSubscribedAsync();
        await TestServer.DataSource.NotifyAsync(channel.Name);
        await recorder.UntilCountAsync(2);

        await ForeignContext.UntilCollectedAsync(context);
        await TestServer.DataSource.NotifyAsync(channel.Name);
        await recorder.UntilCountAsync(3);
    }

    [Test]
    public async Task WhoSubscribesFirstWithADataSource_IsNotKeptByTheConnection([Values] bool pooled)
    {
        await using var dataSource = NpgsqlDataSource.Create($"{TestServer.ConnectionString};Pooling={pooled};Keepalive=100");
        await using var listener = new PgListener(dataSource);
        var recorder = new Recorder<ChannelSignal>();
        var context = ForeignContext.Run(() => listener.Channel(UniqueChannel.Name()).Signals.Subscribe(recorder));
        await recorder.UntilSubscribedAsync();

        await ForeignContext.UntilCollectedAsync(context);
    }

    [Test]
    public async Task WhoSubscribesWhileThereIsNoServer_IsNotKeptByTheBackoff()
    {
        await using var listener = new PgListener(
            "Host=127.0.0.1;Port=1;Username=u", new PgListenerOptions { ReconnectDelay = s_long, MaxReconnectDelay = s_long });
        var context = ForeignContext.Run(() => listener.Channel("a").Subscribe(_ => { }));
        _ = await listener.State.FirstAsync(state => state is ListenerState.Reconnecting).Timeout(Eventually.Deadline);

        await ForeignContext.UntilCollectedAsync(context);
    }

    [Test]
    public async Task WhoLeavesLast_IsNotKeptByTheLinger()
    {
        await using var listener = new PgListener(TestServer.ConnectionString, new PgListenerOptions { Linger = TimeSpan.FromHours(1) });
        var subscription = await listener.Channel("a").SubscribeAsync(_ => { });
        var context = ForeignContext.Run(subscription.Dispose);

        await ForeignContext.UntilCollectedAsync(context);
    }

    [Test]
    public async Task WhoWatchesTheState_IsNotKept()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var states = new Recorder<ListenerState>();
        var context = ForeignContext.Run(() => listener.State.Subscribe(states));
        await states.UntilCountAsync(1);

        await ForeignContext.UntilCollectedAsync(context);
    }

    [Test]
    public async Task WhoReadsByAwaitForeach_IsNotKeptByTheConnection()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var enumerator = channel.ReadAllAsync().GetAsyncEnumerator();
        var first = Task.FromResult(false);
        var context = ForeignContext.Run(() => first = enumerator.MoveNextAsync().AsTask());
        _ = await channel.Signals.FirstAsync().Timeout(Eventually.Deadline);
        await TestServer.DataSource.NotifyAsync(channel.Name);
        await first;
        var next = enumerator.MoveNextAsync(); // the one before was the caller's own

        await ForeignContext.UntilCollectedAsync(context);
        await TestServer.DataSource.NotifyAsync(channel.Name);
        Assert.That(await next, Is.True);
    }

    [Test]
    public async Task WhoMakesAListener_IsNotKept()
    {
        PgListener? listener = null;
        var context = ForeignContext.Run(() => listener = new PgListener(TestServer.ConnectionString));
        await using var disposed = listener!;
        using var subscription = await listener!.Channel("a").SubscribeAsync(_ => { });

        await ForeignContext.UntilCollectedAsync(context);
    }

    [Test]
    public async Task WhoMakesANotifier_IsNotKept()
    {
        PgNotifier? notifier = null;
        var context = ForeignContext.Run(() => notifier = new PgNotifier(TestServer.ConnectionString));
        await using var disposed = notifier!;
        await notifier!.NotifyAsync("a");

        await ForeignContext.UntilCollectedAsync(context);
    }

    [Test]
    public async Task WhoSendsFirst_IsNotKeptByTheConnection([Values] bool pooled)
    {
        await using var dataSource = NpgsqlDataSource.Create($"{TestServer.ConnectionString};Pooling={pooled};Keepalive=100");
        await using var notifier = new PgNotifier(dataSource);
        var send = Task.CompletedTask;
        var context = ForeignContext.Run(() => send = notifier.NotifyAsync("a"));
        await send;

        await ForeignContext.UntilCollectedAsync(context);
        await notifier.NotifyAsync("a");
    }

    [Test]
    public async Task WhoSendsWhileThereIsNoServer_IsNotKeptByTheBackoff()
    {
        await using var notifier = new PgNotifier("Host=127.0.0.1;Port=1;Username=u", new PgNotifierOptions
        {
            ReconnectDelay = s_long,
            MaxReconnectDelay = s_long,
            SendTimeout = s_long,
            FlushTimeout = TimeSpan.Zero,
        });
        using var cancel = new CancellationTokenSource();
        var send = Task.CompletedTask;
        var context = ForeignContext.Run(() => send = notifier.NotifyAsync("a", null, cancel.Token));

        await ForeignContext.UntilCollectedAsync(context);
        await cancel.CancelAsync();
        Assert.That(send.IsCanceled, Is.True);
    }

    [TestCaseSource(nameof(Timers))]
    public async Task WhoseValueStartsATimerOfAnOperator_IsNotKeptByIt(
        Func<IObservable<ChannelSignal>, IObservable<object>> apply)
    {
        using var source = new Subject<ChannelSignal>();
        using var subscription = apply(source).Subscribe(_ => { });
        var context = ForeignContext.Run(() =>
        {
            source.OnNext(ChannelSignal.Resync("a", ResyncReasons.Subscribed)); // LiveQuery needs no timer for the first
            source.OnNext(ChannelSignal.From(new Notification("a", "b", 1)));
        });

        await ForeignContext.UntilCollectedAsync(context);
    }

    [Test]
    public async Task WhoseElementsNotifyToSends_IsNotKept()
    {
        await using var notifier = new PgNotifier(TestServer.ConnectionString);
        using var source = new Subject<string>();
        var context = ForeignContext.Run(() =>
        {
            _ = source.NotifyToAsync(notifier, "a");
            source.OnNext("b");
        });
        await notifier.NotifyAsync("a");

        await ForeignContext.UntilCollectedAsync(context);
    }

    static TestCaseData<Func<IObservable<ChannelSignal>, IObservable<object>>> Timer(
        string name, Func<IObservable<ChannelSignal>, IObservable<object>> apply) => new(apply) { TestName = $"{{m}}({name})" };
}
