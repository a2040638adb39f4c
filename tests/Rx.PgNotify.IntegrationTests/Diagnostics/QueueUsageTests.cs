using System.Reactive.Concurrency;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Diagnostics;

[Parallelizable(ParallelScope.All)]
public class QueueUsageTests
{
    [Test]
    public async Task TheQueueUsage_IsAskedAtOnceAndThenOnceForEachInterval()
    {
        var clock = new HistoricalScheduler();
        var recorder = new Recorder<double>();
        using var subscription = TestServer.DataSource.NotificationQueueUsage(TimeSpan.FromMinutes(1), clock).Subscribe(recorder);
        await recorder.UntilCountAsync(1);
        Assert.That(recorder.Count, Is.EqualTo(1), "no time has passed");
        for (var asked = 1; asked <= 3; asked++)
        {
            // The timer is set when the answer has come, which a moment ago it may not have been.
            await Eventually.IsTrueAsync(() =>
            {
                clock.AdvanceBy(TimeSpan.FromSeconds(30));
                return recorder.Count > asked;
            });
        }

        Assert.That(recorder.Items, Has.All.InRange(0.0, 1.0));
    }

    [Test]
    public async Task AServerThatCanNotBeAsked_IsAnError()
    {
        await using var nobody = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=u");
        var recorder = new Recorder<double>();
        using var subscription = nobody.NotificationQueueUsage(TimeSpan.FromSeconds(1)).Subscribe(recorder);
        await recorder.UntilEndedAsync();
        Assert.That(recorder.Error, Is.InstanceOf<NpgsqlException>());
    }

    [Test]
    public void AnIntervalOutOfRange_IsRefused() =>
        Assert.That(
            () => TestServer.DataSource.NotificationQueueUsage(TimeSpan.Zero), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
