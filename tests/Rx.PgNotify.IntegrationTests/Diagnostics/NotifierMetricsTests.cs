using System.Diagnostics;

namespace Rx.PgNotify.IntegrationTests.Diagnostics;

[Parallelizable(ParallelScope.All)]
public class NotifierMetricsTests
{
    const string Sent = "pgnotify.notifier.sent.notifications";
    const string Failed = "pgnotify.notifier.failed.notifications";
    const string Commits = "pgnotify.notifier.commits";
    const string RoundTrips = "pgnotify.notifier.commit.duration";
    const string QueueLength = "pgnotify.notifier.queue.length";

    [Test]
    public async Task WhatIsSent_IsCountedWithItsCommits()
    {
        using var meters = new MeterRecorder();
        var clock = Stopwatch.StartNew();
        await using var notifier = new PgNotifier(TestServer.ConnectionString, new PgNotifierOptions { MeterFactory = meters, Name = "mail" });
        await notifier.NotifyAsync(UniqueChannel.Name(), "one");
        Assert.That(meters.Read(Sent, "pgnotify.notifier.name=mail"), Is.EqualTo(1));
        await Task.WhenAll(Enumerable.Repeat(UniqueChannel.Name(), 3).Select(channel => notifier.NotifyAsync(channel, "equal")));

        Assert.That(meters.Read(Sent, "pgnotify.notifier.name=mail"), Is.EqualTo(4));
        Assert.That(meters.Read(Commits, "pgnotify.notifier.name=mail"), Is.EqualTo(4), "equal ones in a commit each");
        await meters.UntilAsync(QueueLength, 0, "pgnotify.notifier.name=mail");
        Assert.That(meters.Read(Failed, "pgnotify.notifier.name=mail,error.type=Refused"), Is.Null);
        await Eventually.IsTrueAsync(() => meters.All(RoundTrips, "pgnotify.notifier.name=mail").Count >= 2);
        Assert.That(meters.All(RoundTrips, "pgnotify.notifier.name=mail"), Has.All.GreaterThan(0).And.All.LessThan(clock.Elapsed.TotalSeconds));
        await notifier.DisposeAsync();
        Assert.That(meters.Read(QueueLength, "pgnotify.notifier.name=mail"), Is.Null);
    }

    [Test]
    public async Task WhatWaitsIsInDoubtOrIsWithdrawn_IsToldApart()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        using var meters = new MeterRecorder();
        await using var notifier = new PgNotifier(tap.ConnectionString, new PgNotifierOptions { MeterFactory = meters, CommitTimeout = TimeSpan.FromHours(1) });
        await notifier.NotifyAsync(arrivals.Channel, "first");

        var hold = tap.HoldCommits();
        var doubtful = notifier.NotifyAsync(arrivals.Channel, "doubtful");
        await arrivals.UntilCountAsync(2);
        using var withdraw = new CancellationTokenSource();
        var withdrawn = notifier.NotifyAsync(arrivals.Channel, "withdrawn", withdraw.Token);
        Assert.That(meters.Read(QueueLength), Is.EqualTo(2));
        await withdraw.CancelAsync();
        Assert.That(async () => await withdrawn, Throws.InstanceOf<OperationCanceledException>());
        await meters.UntilAsync(QueueLength, 1);
        tap.Cut();
        hold.Dispose();
        Assert.That(async () => await doubtful, Throws.InstanceOf<PgNotifierException>());

        await meters.UntilAsync(Failed, 1, "error.type=InDoubt");
        await meters.UntilAsync(QueueLength, 0);
        Assert.That(meters.Read(Sent), Is.EqualTo(1));
    }

    [Test]
    public async Task WhatIsRefused_IsCountedWithItsReason()
    {
        using var meters = new MeterRecorder();
        await using var notifier = new PgNotifier("Host=127.0.0.1;Port=1;Username=u", new PgNotifierOptions
        {
            MeterFactory = meters,
            SendTimeout = TimeSpan.FromMilliseconds(50),
        });
        Assert.That(async () => await notifier.NotifyAsync("a"), Throws.InstanceOf<PgNotifierException>());
        await meters.UntilAsync(Failed, 1, "error.type=TimedOut");
        Assert.That(meters.Read(Sent), Is.Null);
        Assert.That(meters.Read(RoundTrips), Is.Null);
    }
}
