using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Delivery;

/// <summary>How <c>await foreach</c> over a channel begins and ends.</summary>
[Parallelizable(ParallelScope.All)]
public class ReadAllEndTests
{
    [Test]
    public async Task BeforeTheFirstMoveNext_NothingIsSubscribed()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString);
        var unused = listener.Channel(UniqueChannel.Name());
        await using (unused.Signals.ReadAllAsync().GetAsyncEnumerator())
        using (await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { }))
            Assert.That(await tap.AskAsync("SELECT pg_listening_channels()"), Has.Count.EqualTo(1).And.No.Member(unused.Name));
    }

    [Test]
    public async Task LeavingTheLoop_Unsubscribes()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { Linger = TimeSpan.Zero });
        using var stays = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        var (left, thrown) = (listener.Channel(UniqueChannel.Name()), listener.Channel(UniqueChannel.Name()));
        await foreach (var signal in left.Signals.ReadAllAsync())
            break;
        Assert.That(
            async () =>
            {
                await foreach (var signal in thrown.Signals.ReadAllAsync())
                    throw new FormatException("mine");
            },
            Throws.InstanceOf<FormatException>());

        foreach (var channel in new[] { left, thrown })
        {
            await Eventually.IsTrueAsync(
                () => tap.Statements.Any(statement => statement.Contains($"UNLISTEN \"{channel.Name}\"", StringComparison.Ordinal)),
                expectation: "UNLISTEN should be sent");
        }
    }

    [Test]
    public async Task CancellingWhileItWaits_EndsItWithTheTokenAndUnsubscribes()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { Linger = TimeSpan.Zero });
        var channel = listener.Channel(UniqueChannel.Name());
        using var stays = await listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { });
        using var cancellation = new CancellationTokenSource();
        await using var reading = channel.Signals.ReadAllAsync(cancellation.Token).GetAsyncEnumerator();
        Assert.That(await reading.MoveNextAsync());
        var waiting = reading.MoveNextAsync().AsTask();
        Assert.That(waiting.IsCompleted, Is.False);

        await cancellation.CancelAsync();

        Assert.That(
            async () => await waiting.WaitAsync(Eventually.Deadline),
            Throws.InstanceOf<OperationCanceledException>().With.Property(nameof(OperationCanceledException.CancellationToken)).EqualTo(cancellation.Token));
        await Eventually.IsTrueAsync(() => tap.Statements.Contains($"UNLISTEN \"{channel.Name}\""), expectation: "UNLISTEN should be sent");
    }

    [Test]
    public async Task CancellingWhileTheHostIsUnreachable_EndsIt()
    {
        // No attempt comes to an end while the test waits.
        await using var listener = new PgListener(
            "Host=127.0.0.1;Port=1;Username=u", new PgListenerOptions { ReconnectDelay = TimeSpan.FromMinutes(10), MaxReconnectDelay = TimeSpan.FromHours(1) });
        using var cancellation = new CancellationTokenSource();
        await using var reading = listener.Channel("a").ReadAllAsync().WithCancellation(cancellation.Token).GetAsyncEnumerator();
        var waiting = MoveNextAsync();
        _ = await listener.State.FirstAsync(state => state is ListenerState.Reconnecting);
        await cancellation.CancelAsync();
        Assert.That(async () => await waiting.WaitAsync(Eventually.Deadline), Throws.InstanceOf<OperationCanceledException>());
        _ = await listener.State.FirstAsync(state => state is ListenerState.Idle).Timeout(Eventually.Deadline);

        async Task<bool> MoveNextAsync() => await reading.MoveNextAsync();
    }

    [Test]
    public async Task ATokenThatIsCancelledInsideTheLoop_LeavesTheRestUnread()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        using var cancellation = new CancellationTokenSource();
        var seen = 0;
        Assert.That(
            async () =>
            {
                await foreach (var signal in channel.Signals.ReadAllAsync(cancellation.Token))
                {
                    if (signal.IsResync)
                        await ObserverIsolationTests.SendAsync(channel, 1_000);
                    else if (++seen == 10)
                        await cancellation.CancelAsync();
                }
            },
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(seen, Is.EqualTo(10));
    }

    [Test]
    public async Task Cancellations_AtAnyMomentUnderTraffic_AlwaysEndTheLoop()
    {
        var seed = Random.Shared.Next();
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        var random = new Random(seed);
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        using var stays = await channel.SubscribeAsync(_ => { });
        using var enough = new CancellationTokenSource();
        var sending = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
                await ObserverIsolationTests.SendAsync(channel, 20);
        });

        var ended = 0;
        for (var round = 0; round < 500; round++)
        {
            using var cancellation = new CancellationTokenSource();
            var reading = ReadAsync(cancellation.Token);
            for (var spins = random.Next(20); spins > 0; spins--)
                await Task.Yield();
            await cancellation.CancelAsync();
            ended += await reading.WaitAsync(Eventually.Deadline);
        }

        await enough.CancelAsync();
        await sending;
        Assert.That(ended, Is.EqualTo(500));

        async Task<int> ReadAsync(CancellationToken cancellationToken)
        {
            try
            {
                await foreach (var signal in channel.Signals.ReadAllAsync(cancellationToken))
                    await Task.Yield();
                return 0;
            }
            catch (OperationCanceledException)
            {
                return 1;
            }
        }
    }

    [Test]
    public async Task AFault_IsThrownAfterWhatIsBuffered_AndToEachReaderAnExceptionOfItsOwn()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { ReconnectBudget = TimeSpan.Zero });
        var channel = listener.Channel(UniqueChannel.Name());
        await using var slow = channel.Signals.ReadAllAsync().GetAsyncEnumerator();
        Assert.That(await slow.MoveNextAsync());
        var waiting = listener.Channel(UniqueChannel.Name()).ReadAllAsync().GetAsyncEnumerator().MoveNextAsync().AsTask();
        var sibling = new Recorder<Notification>();
        using var subscription = await channel.SubscribeAsync(sibling);
        await ObserverIsolationTests.SendAsync(channel, 300);
        await sibling.UntilCountAsync(300);
        using var refusal = tap.RefuseConnections();
        tap.Cut();
        await sibling.UntilEndedAsync();

        for (var i = 0; i < 300; i++)
            Assert.That(await slow.MoveNextAsync());
        var error = await Assert.ThrowsAsync<PgListenerException>(async () => await slow.MoveNextAsync());
        var other = await Assert.ThrowsAsync<PgListenerException>(async () => await waiting.WaitAsync(Eventually.Deadline));
        Assert.That(error!.Error, Is.EqualTo(PgListenerError.ReconnectBudgetSpent));
        Assert.That(error, Is.Not.SameAs(other).And.Not.SameAs(sibling.Error));
    }

    [Test]
    public async Task DisposingTheListener_EndsTheLoopAfterWhatIsBuffered()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var waiting = listener.Channel(UniqueChannel.Name()).ReadAllAsync().GetAsyncEnumerator().MoveNextAsync().AsTask();
        var read = 0;
        await foreach (var signal in channel.Signals.ReadAllAsync())
        {
            if (signal.IsNotification)
                read++;
            else
            {
                var sibling = new Recorder<Notification>();
                await channel.SubscribeAsync(sibling);
                await ObserverIsolationTests.SendAsync(channel, 1_000);
                await sibling.UntilCountAsync(1_000);
                await listener.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
            }
        }

        Assert.That(read, Is.EqualTo(1_000));
        Assert.That(await waiting.WaitAsync(Eventually.Deadline), Is.False);
        Assert.That(async () => await channel.ReadAllAsync().GetAsyncEnumerator().MoveNextAsync(), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task DisposingTheEnumeratorWhileItWaits_IsRefusedAsByAnyAsyncIterator_AndItGoesOn()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        await using var reading = channel.Signals.ReadAllAsync().GetAsyncEnumerator();
        Assert.That(await reading.MoveNextAsync());
        var waiting = reading.MoveNextAsync().AsTask();
        Assert.That(async () => await reading.DisposeAsync(), Throws.InstanceOf<NotSupportedException>());
        await TestServer.DataSource.NotifyAsync(channel.Name, "still here");
        Assert.That(await waiting.WaitAsync(Eventually.Deadline));
        Assert.That(reading.Current.Notification.Payload, Is.EqualTo("still here"));
    }
}
