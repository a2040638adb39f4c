namespace Rx.PgNotify.IntegrationTests.Sending;

[Parallelizable(ParallelScope.All)]
public class NotifierQueueTests
{
    [Test]
    public async Task Enqueueing_IsHeldUpWhileTheQueueIsFull_AndKeepsTheOrder()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var notifier = new PgNotifier(tap.ConnectionString, new PgNotifierOptions { Capacity = 2, CommitTimeout = TimeSpan.FromHours(1) });
        await notifier.NotifyAsync(arrivals.Channel, "0");

        var commits = new List<Task>();
        Task<EnqueuedNotification> fourth;
        Task fifth;
        using (tap.HoldCommits())
        {
            commits.Add((await notifier.EnqueueAsync(arrivals.Channel, "1")).Committed);
            await arrivals.UntilCountAsync(2);
            commits.Add((await notifier.EnqueueAsync(arrivals.Channel, "2")).Committed);
            commits.Add((await notifier.EnqueueAsync(arrivals.Channel, "3")).Committed);
            fourth = notifier.EnqueueAsync(arrivals.Channel, "4").AsTask();
            fifth = notifier.NotifyAsync(arrivals.Channel, "5");
            Assert.That(commits.Exists(commit => commit.IsCompleted), Is.False);
            Assert.That(fourth.IsCompleted, Is.False, "there are two already");
        }

        await Task.WhenAll([.. commits, (await fourth).Committed, fifth]);
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "0", "1", "2", "3", "4", "5" }));
    }

    [Test]
    public async Task Cancelling_WithdrawsWhatWaits_AndNotWhatIsOnTheWire()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var notifier = new PgNotifier(tap.ConnectionString, new PgNotifierOptions { Capacity = 2, CommitTimeout = TimeSpan.FromHours(1) });
        await notifier.NotifyAsync(arrivals.Channel, "0");

        using var cancellation = new CancellationTokenSource();
        var cancelled = new List<Task>();
        var kept = new List<Task>();
        using (tap.HoldCommits())
        {
            cancelled.Add(notifier.NotifyAsync(arrivals.Channel, "on the wire", cancellation.Token));
            await arrivals.UntilCountAsync(2);
            cancelled.Add(notifier.NotifyAsync(arrivals.Channel, "queued", cancellation.Token));
            kept.Add(notifier.NotifyAsync(arrivals.Channel, "kept"));
            cancelled.Add(notifier.NotifyAsync(arrivals.Channel, "without a place", cancellation.Token));
            cancelled.Add(notifier.EnqueueAsync(arrivals.Channel, "without a place", cancellation.Token).AsTask());
            kept.Add(notifier.NotifyAsync(arrivals.Channel, "kept too"));
            await cancellation.CancelAsync();
            foreach (var task in cancelled)
                Assert.That(async () => await task.WaitAsync(Eventually.Deadline), Throws.InstanceOf<OperationCanceledException>());
        }

        await Task.WhenAll(kept);
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "0", "on the wire", "kept", "kept too" }));
        Assert.That(async () => await notifier.NotifyAsync(arrivals.Channel, "late", cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task TheQueue_TakesManyCancelledSendsDuringAnOutage()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var notifier = new PgNotifier(tap.ConnectionString, new PgNotifierOptions { Capacity = 3 });
        Task last;
        using (tap.RefuseConnections())
        {
            var first = notifier.NotifyAsync(arrivals.Channel, "first");
            for (var i = 0; i < 100; i++)
            {
                using var cancellation = new CancellationTokenSource();
                var send = notifier.NotifyAsync(arrivals.Channel, "cancelled", cancellation.Token);
                await cancellation.CancelAsync();
                Assert.That(async () => await send, Throws.InstanceOf<OperationCanceledException>());
            }

            last = Task.WhenAll(first, notifier.NotifyAsync(arrivals.Channel, "last"));
        }

        await last;
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "first", "last" }));
    }
}
