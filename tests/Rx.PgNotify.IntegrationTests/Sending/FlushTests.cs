using System.Diagnostics;

namespace Rx.PgNotify.IntegrationTests.Sending;

[Parallelizable(ParallelScope.All)]
public class FlushTests
{
    [Test]
    public async Task Disposing_SendsWhatIsQueued_AndWhatWaitsForAPlace()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        var notifier = new PgNotifier(TestServer.ConnectionString, new PgNotifierOptions { Capacity = 3, FlushTimeout = TimeSpan.FromMinutes(1) });
        var sends = Enumerable.Range(0, 100).Select(i => notifier.NotifyAsync(arrivals.Channel, $"{i / 3}")).ToList();
        await notifier.DisposeAsync();

        await Task.WhenAll(sends).WaitAsync(Eventually.Deadline); // each has its outcome, and what awaits it goes on elsewhere
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"{i / 3}")));
    }

    [Test]
    public async Task Dispose_SendsWhatIsQueuedBeforeItReturns()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        var notifier = new PgNotifier(TestServer.ConnectionString, new PgNotifierOptions { FlushTimeout = TimeSpan.FromMinutes(1) });
        var sends = Enumerable.Range(0, 100).Select(i => notifier.NotifyAsync(arrivals.Channel, $"{i}")).ToList();

        await Task.Run(notifier.Dispose).WaitAsync(Eventually.Deadline);
        Assert.That(sends.TrueForAll(send => send.IsCompletedSuccessfully));
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"{i}")));
    }

    [Test]
    public async Task SendingAfterDisposal_ThrowsObjectDisposedException_AndDisposingAgainDoesNothing()
    {
        var notifier = new PgNotifier(TestServer.ConnectionString);
        await notifier.NotifyAsync("a");
        await Task.WhenAll(notifier.DisposeAsync().AsTask(), notifier.DisposeAsync().AsTask());
        await notifier.DisposeAsync();
        Assert.That(() => { _ = notifier.NotifyAsync("a"); }, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => { _ = notifier.EnqueueAsync("a").AsTask(); }, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task ANotifierThatWasNeverUsed_NeverConnects()
    {
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await new PgNotifier(tap.ConnectionString).DisposeAsync();
        Assert.That(tap.Connections, Is.Zero);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Disposing_IsBounded_WhenTheServerHangs_AndSaysWhatBecameOfEachSend(bool isConnected)
    {
        var limit = TimeSpan.FromSeconds(1);
        await using var server = await TestServer.StartOwnAsync();
        await using var beating = await HeartbeatClock.StartAsync(limit + TimeSpan.FromSeconds(2)); // the limit, and two seconds to close
        var notifier = new PgNotifier(server.ConnectionString, new PgNotifierOptions { FlushTimeout = limit, CommitTimeout = TimeSpan.FromHours(1) });
        if (isConnected)
            await notifier.NotifyAsync("a", "first");
        await server.PauseAsync();
        try
        {
            var sends = Enumerable.Range(0, 10).Select(i => notifier.NotifyAsync("a", $"{i}")).ToList();
            var (start, clock) = (beating.Beats, Stopwatch.StartNew());
            await notifier.DisposeAsync().AsTask().WaitAsync(Eventually.Deadline);
            var beats = beating.Beats - start;
            await TestContext.Out.WriteLineAsync($"{clock.ElapsedMilliseconds} ms, {beats} beats");
            // Then a moment for Npgsql's request to cancel the command, or a second for the attempt to connect.
            Assert.That(clock.Elapsed, Is.GreaterThanOrEqualTo(limit + TimeSpan.FromMilliseconds(isConnected ? 200 : 950)));
            Assert.That(beats, Is.LessThanOrEqualTo(HeartbeatClock.MostBeatsIn(1)));
            foreach (var send in sends)
            {
                var error = (await Assert.ThrowsAsync<PgNotifierException>(() => send.WaitAsync(Eventually.Deadline)))!.Error;
                Assert.That(error, Is.EqualTo(PgNotifierError.NotFlushed).Or.EqualTo(isConnected ? PgNotifierError.InDoubt : PgNotifierError.NotFlushed));
            }
        }
        finally
        {
            await server.ResumeAsync();
        }

        await Eventually.BecomesAsync(
            () => SqlExtensions.ExecuteAsync(server, "select count(*) from pg_stat_activity where application_name = 'Rx.PgNotify'"),
            left => left is 0L);
    }

    [Test]
    public async Task ABackendThatHangs_IsLeftAfterTheCommitTimeout_AndItsSendsAreInDoubt()
    {
        const string application = "hung";
        await using var server = await TestServer.StartOwnAsync(TestServer.OnThisMachine);
        await using var arrivals = await Arrivals.ListenAsync(server.ConnectionString);
        await using var notifier = new PgNotifier(
            $"{server.ConnectionString};Application Name={application}", new PgNotifierOptions { CommitTimeout = TimeSpan.FromSeconds(2) });
        await notifier.NotifyAsync(arrivals.Channel, "first");
        var backend = (int)(await SqlExtensions.ExecuteAsync(server, $"select pid from pg_stat_activity where application_name = '{application}'"))!;
        await ProcessSignal.SendAsync(backend, "STOP");
        try
        {
            // Either it is asked whether it lives, after a pause, or the send is in doubt.
            var send = notifier.NotifyAsync(arrivals.Channel, "second");
            await ((Task)Task.WhenAny(send)).WaitAsync(Eventually.Deadline);
            if (!send.IsCompletedSuccessfully)
                Assert.That((await Assert.ThrowsAsync<PgNotifierException>(async () => await send))!.Error, Is.EqualTo(PgNotifierError.InDoubt));
            await notifier.NotifyAsync(arrivals.Channel, "third");
        }
        finally
        {
            await ProcessSignal.SendAsync(backend, "CONT");
        }

        Assert.That((await arrivals.PayloadsAsync())[^1], Is.EqualTo("third").Or.EqualTo("second"));
    }
}
