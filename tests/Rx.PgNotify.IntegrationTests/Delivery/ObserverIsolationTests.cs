using System.Collections.Concurrent;
using System.Globalization;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Rx.PgNotify.IntegrationTests.Delivery;

[Parallelizable(ParallelScope.All)]
public class ObserverIsolationTests
{
    [Test]
    public async Task AnObserverThatThrows_EndsItsOwnSubscriptionOnly()
    {
        var failures = new ConcurrentQueue<ObserverFailure>();
        await using var listener = new PgListener(
            TestServer.ConnectionString, new PgListenerOptions { ObserverFailed = failures.Enqueue });
        var (channel, other) = (listener.Channel(UniqueChannel.Name()), listener.Channel(UniqueChannel.Name()));
        var (sibling, stranger) = (new Recorder<Notification>(), new Recorder<Notification>());
        var calls = 0;
        using var a = await channel.SubscribeAsync(sibling);
        using var b = await other.SubscribeAsync(stranger);
        using var c = await channel.SubscribeAsync(_ =>
        {
            calls++;
            throw new FormatException("mine");
        });

        await SendAsync(channel, 3);
        await SendAsync(other, 3);
        await sibling.UntilCountAsync(3);
        await stranger.UntilCountAsync(3);
        await Eventually.IsTrueAsync(() => !failures.IsEmpty, expectation: "the failure should be reported");

        var failure = failures.Single();
        Assert.That(failure.Channel, Is.EqualTo(channel.Name));
        Assert.That(failure.Exception, Is.InstanceOf<FormatException>());
        Assert.That(calls, Is.EqualTo(1));
        Assert.That(sibling.HasEnded || stranger.HasEnded, Is.False);
    }

    [Test]
    public async Task AnObserverThatBlocksForEver_HoldsUpNobodyElse()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var (channel, other) = (listener.Channel(UniqueChannel.Name()), listener.Channel(UniqueChannel.Name()));
        var (sibling, stranger) = (new Recorder<Notification>(), new Recorder<Notification>());
        using var never = new ManualResetEventSlim();
        using var hasBlocked = new ManualResetEventSlim();
        using var a = await channel.SubscribeAsync(_ =>
        {
            hasBlocked.Set();
            never.Wait();
        });
        using var b = await channel.SubscribeAsync(sibling);
        using var c = await other.SubscribeAsync(stranger);

        await SendAsync(channel, 100);
        await SendAsync(other, 100);
        await sibling.UntilCountAsync(100);
        await stranger.UntilCountAsync(100);
        Assert.That(hasBlocked.Wait(Eventually.Deadline));
        await listener.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
        await sibling.UntilEndedAsync();
        never.Set();
    }

    [Test]
    public async Task ManyObserversThatBlockForEver_KeepNeitherTheSocketNorOthersWaiting()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channels = Enumerable.Range(0, 40).Select(_ => listener.Channel(UniqueChannel.Name())).ToList();
        var other = listener.Channel(UniqueChannel.Name());
        var stranger = new Recorder<Notification>();
        using var never = new ManualResetEventSlim();
        var (blocked, onPool) = (0, 0);
        foreach (var channel in channels)
        {
            await channel.SubscribeAsync(_ =>
            {
                if (Thread.CurrentThread.IsThreadPoolThread)
                    Interlocked.Increment(ref onPool);
                Interlocked.Increment(ref blocked);
                never.Wait();
            });
        }

        using var subscription = await other.SubscribeAsync(stranger);
        foreach (var channel in channels)
            await TestServer.DataSource.NotifyAsync(channel.Name);
        await TestServer.DataSource.NotifyAsync(other.Name);

        await Eventually.IsTrueAsync(() => Volatile.Read(ref blocked) == channels.Count);
        await stranger.UntilCountAsync(1);
        var most = Math.Max(1, Environment.ProcessorCount - 1);
        Assert.That(Volatile.Read(ref onPool), Is.LessThanOrEqualTo(most), "left to the thread pool, with two cores, the fortieth would wait for half a minute");
        never.Set();
    }

    [Test]
    public async Task AnObserverThatDisposesItselfInsideOnNext_IsNotCalledAgain()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var sibling = new Recorder<Notification>();
        using var a = await channel.SubscribeAsync(sibling);
        var calls = 0;
        using var own = new SingleAssignmentDisposable();
        own.Disposable = await channel.SubscribeAsync(_ =>
        {
            calls++;
            own.Dispose();
        });

        await SendAsync(channel, 50);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref calls) > 0, expectation: "the first call");
        await SendAsync(channel, 50);
        await sibling.UntilCountAsync(100);
        Assert.That(calls, Is.EqualTo(1));
    }

    [Test]
    public async Task InsideOnNext_SubscribingDisposingAndSendingAreLegal()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var inner = new Recorder<Notification>();
        using var subscriptions = new CompositeDisposable();
        subscriptions.Add(await channel.SubscribeAsync(notification =>
        {
            if (notification.Payload != "1")
                return;
            // Blocks on purpose: this thread must not be needed for any of it.
            subscriptions.Add(channel.SubscribeAsync(inner).GetAwaiter().GetResult());
            listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { }).GetAwaiter().GetResult().Dispose();
            TestServer.DataSource.NotifyAsync(channel.Name, "from inside").GetAwaiter().GetResult();
        }));

        await TestServer.DataSource.NotifyAsync(channel.Name, "1");
        await inner.UntilCountAsync(1);
        Assert.That(inner.Items[0].Payload, Is.EqualTo("from inside"));
    }

    [Test]
    public async Task OnASchedulerOfTheUsers_CallsComeOnItsThreadAndInOrder()
    {
        using var loop = new EventLoopScheduler();
        await using var listener = new PgListener(
            TestServer.ConnectionString, new PgListenerOptions { DeliveryScheduler = loop });
        var channel = listener.Channel(UniqueChannel.Name());
        var threads = new Recorder<int>();
        var recorder = new Recorder<Notification>();
        using var a = await channel.SubscribeAsync(recorder);
        using var b = await channel.SubscribeAsync(_ => threads.OnNext(Environment.CurrentManagedThreadId));

        await SendAsync(channel, 500);
        await recorder.UntilCountAsync(500);
        await threads.UntilCountAsync(500);

        Assert.That(threads.Items.Distinct().Count(), Is.EqualTo(1));
        Assert.That(recorder.Items.Select(item => item.Payload), Is.EqualTo(Numbers(500)));
        Assert.That(recorder.Violation, Is.Null);
    }

    [Test]
    public async Task OnTheImmediateScheduler_AnObserverStillNeverRunsOnTheReadingThread()
    {
        await using var listener = new PgListener(
            TestServer.ConnectionString, new PgListenerOptions { DeliveryScheduler = ImmediateScheduler.Instance });
        var channel = listener.Channel(UniqueChannel.Name());
        using var never = new ManualResetEventSlim();
        using var a = await channel.SubscribeAsync(_ => never.Wait());
        var sibling = new Recorder<Notification>();
        using var b = await channel.SubscribeAsync(sibling);
        await SendAsync(channel, 10);
        await sibling.UntilCountAsync(10);
        never.Set();
    }

    static string[] Numbers(int count) =>
        [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    internal static async Task SendAsync(PgChannel channel, int count)
    {
        await using var command = TestServer.DataSource.CreateCommand(
            "SELECT count(pg_notify($1, i::text)) FROM (SELECT i FROM generate_series(0, $2 - 1) i ORDER BY i) numbers");
        command.Parameters.AddWithValue(channel.Name);
        command.Parameters.AddWithValue(count);
        await command.ExecuteNonQueryAsync();
    }
}
