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
    public async Task ASchedulerThatCanNotBeUsed_IsAnErrorAfterTheAnswer()
    {
        var disposed = new EventLoopScheduler();
        disposed.Dispose();
        var recorder = new Recorder<double>();
        using var subscription = TestServer.DataSource.NotificationQueueUsage(TimeSpan.FromSeconds(1), disposed).Subscribe(recorder);
        await recorder.UntilEndedAsync();
        Assert.That(recorder.Count, Is.EqualTo(1));
        Assert.That(recorder.Error, Is.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task ASubscriberThatLeaves_CancelsTheQuestionAndIsNotCalledAgain()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        // Npgsql can't cancel while it waits for the answer to a reset.
        await using var dataSource = NpgsqlDataSource.Create($"{tap.ConnectionString};Command Timeout=0;No Reset On Close=true");
        var clock = new HistoricalScheduler();
        var recorder = new Recorder<double>();
        var subscription = dataSource.NotificationQueueUsage(TimeSpan.FromMinutes(1), clock).Subscribe(recorder);
        await recorder.UntilCountAsync(1);
        using var hanging = tap.HoldReplies();
        await Eventually.IsTrueAsync(() =>
        {
            clock.AdvanceBy(TimeSpan.FromMinutes(1));
            return tap.Statements.Count(statement => statement.Contains("queue_usage", StringComparison.Ordinal)) > 1;
        }, expectation: "a second question");

        subscription.Dispose();
        await Eventually.IsTrueAsync(() => tap.OpenConnections == 0, expectation: "a question that nobody waits for should be given up");
        Assert.That(recorder.Count, Is.EqualTo(1));
        Assert.That(recorder.HasEnded, Is.False);
    }

    [Test]
    public async Task AnObserverThatThrows_EndsTheProcessWithItsException()
    {
        await using var program = ChildProgram.Start("queue", ("QUEUE_CONNECTION", TestServer.ConnectionString));
        Assert.That(await program.WaitForExitAsync(), Is.Not.Zero);
        Assert.That(await program.Errors, Does.Contain("Unhandled exception").And.Contains("FormatException: thrown by the observer"));
    }

    [Test]
    public async Task AnErrorThatNobodyHandles_EndsTheProcessWithIt()
    {
        await using var program = ChildProgram.Start("queue", ("QUEUE_CONNECTION", "Host=127.0.0.1;Port=1;Username=u"));
        Assert.That(await program.WaitForExitAsync(), Is.Not.Zero);
        Assert.That(await program.Errors, Does.Contain("Unhandled exception").And.Contains("NpgsqlException"));
    }

    [Test]
    public void AnIntervalOutOfRange_IsRefused() =>
        Assert.That(
            () => TestServer.DataSource.NotificationQueueUsage(TimeSpan.Zero), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
