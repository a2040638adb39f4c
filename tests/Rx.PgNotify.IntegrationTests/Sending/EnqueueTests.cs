namespace Rx.PgNotify.IntegrationTests.Sending;

[Parallelizable(ParallelScope.All)]
public class EnqueueTests
{
    const string Nowhere = "Host=127.0.0.1;Port=1;Username=u";

    [Test]
    public async Task Committed_CompletesAtTheCommit()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var notifier = new PgNotifier(TestServer.ConnectionString);

        var enqueued = await notifier.EnqueueAsync(arrivals.Channel, "1");
        await enqueued.Committed;

        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "1" }));
    }

    [Test]
    public async Task Committed_FailsAsTheTaskOfNotifyAsyncDoes()
    {
        var notifier = new PgNotifier(Nowhere, new PgNotifierOptions { FlushTimeout = TimeSpan.Zero });
        using var cancellation = new CancellationTokenSource();
        var notified = notifier.NotifyAsync("a");
        var enqueued = await notifier.EnqueueAsync("a");
        var cancelled = await notifier.EnqueueAsync("a", cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await notifier.DisposeAsync();

        foreach (var send in new[] { notified, enqueued.Committed })
            Assert.That((await Assert.ThrowsAsync<PgNotifierException>(async () => await send))!.Error, Is.EqualTo(PgNotifierError.NotFlushed));
        Assert.That(async () => await cancelled.Committed, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task AnEnqueuedNotification_AllocatesNoMoreThanOneThatIsAwaited()
    {
        await using var notifier = new PgNotifier(Nowhere, new PgNotifierOptions { FlushTimeout = TimeSpan.Zero });
        var (notified, enqueued) = (long.MaxValue, long.MaxValue);
        for (var i = 0; i < 1_000; i++)
        {
            notified = Math.Min(notified, Allocated(notifier, static notifier => notifier.NotifyAsync("a")));
            enqueued = Math.Min(enqueued, Allocated(notifier, static notifier => Committed(notifier.EnqueueAsync("a"))));
        }

        Assert.That(notified, Is.Positive);
        Assert.That(enqueued, Is.EqualTo(notified));
    }

    static Task Committed(ValueTask<EnqueuedNotification> enqueued) => enqueued.GetAwaiter().GetResult().Committed; // there was a place

    static long Allocated(PgNotifier notifier, Func<PgNotifier, Task> send)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var sent = send(notifier);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        _ = sent.ContinueWith(task => task.Exception, TaskScheduler.Default); // nobody else looks at it
        return bytes;
    }
}
