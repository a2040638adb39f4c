using System.Collections.Concurrent;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Delivery;

/// <summary>Handlers that are awaited, behind a channel.</summary>
[Parallelizable(ParallelScope.All)]
public class AsynchronousHandlerTests
{
    [Test]
    public async Task AHandlerThatFails_AndIsRetried_BeginsAgainWithAResync()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var handled = new ConcurrentQueue<string>();
        using var subscription = channel.Signals
            .SelectAwait(async (signal, cancellation) =>
            {
                await Task.Yield();
                handled.Enqueue(signal.IsResync ? $"{signal.Reasons}" : signal.Notification.Payload);
                if (signal is { IsNotification: true, Notification.Payload: "bad" })
                    throw new InvalidOperationException("thrown by a handler");
            })
            .Retry()
            .Subscribe();

        await UntilHandledAsync(1);
        await TestServer.DataSource.NotifyAsync(channel.Name, "bad");
        await UntilHandledAsync(3);
        await TestServer.DataSource.NotifyAsync(channel.Name, "good");
        await UntilHandledAsync(4);

        Assert.That(handled, Is.EqualTo(new[] { "Subscribed", "bad", "Subscribed", "good" }));

        Task UntilHandledAsync(int count) => Eventually.IsTrueAsync(() => handled.Count >= count, expectation: $"{count} calls");
    }

    [Test]
    public async Task AHandlerThatTakesLong_HoldsUpNobody_AndGetsAllOfItLater()
    {
        const int sent = 1_000;
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handled = new ConcurrentQueue<string>();
        var sibling = new Recorder<Notification>();
        using var slow = channel.SubscribeAwait(
            async (notification, cancellation) =>
            {
                await release.Task.WaitAsync(cancellation);
                handled.Enqueue(notification.Payload);
            },
            error => handled.Enqueue(error.Message));
        using var subscription = await channel.SubscribeAsync(sibling);

        await ObserverIsolationTests.SendAsync(channel, sent);
        await sibling.UntilCountAsync(sent);
        Assert.That(handled, Is.Empty);
        release.SetResult();

        await Eventually.IsTrueAsync(() => handled.Count >= sent, expectation: "all of it should be handled");
        Assert.That(handled, Is.EqualTo(sibling.Items.Select(notification => notification.Payload)));
    }
}
