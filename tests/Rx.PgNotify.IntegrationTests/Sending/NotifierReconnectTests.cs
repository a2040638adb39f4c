using System.Reactive.Concurrency;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Sending;

[Parallelizable(ParallelScope.All)]
public class NotifierReconnectTests
{
    [Test]
    public async Task ABackendKilledWhileNothingWasSent_CostsNoSend()
    {
        var application = UniqueChannel.Name("app");
        await using var arrivals = await Arrivals.ListenAsync();
        await using var notifier = new PgNotifier($"{TestServer.ConnectionString};Application Name={application}");
        for (var i = 0; i < 3; i++)
        {
            await notifier.NotifyAsync(arrivals.Channel, $"{i}");
            await Stress.Chaos.KillBackendAsync(application);
            await Eventually.BecomesAsync(() => Stress.Chaos.BackendsAsync(application), count => count == 0);
            await Task.Delay(150); // a pause, not a synchronisation: a line in use just now is not asked whether it lives
        }

        await notifier.NotifyAsync(arrivals.Channel, "3");
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "0", "1", "2", "3" }));
    }

    [Test]
    public async Task WhatIsSentDuringAnOutage_WaitsAndIsSentAfterwards()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var notifier = new PgNotifier(tap.ConnectionString, new PgNotifierOptions { ReconnectDelay = TimeSpan.FromMilliseconds(10) });
        List<Task> sends;
        using (tap.RefuseConnections())
        {
            sends = [.. Enumerable.Range(0, 100).Select(i => notifier.NotifyAsync(arrivals.Channel, $"{i / 2}"))];
            Assert.That((await arrivals.AllAsync()).Count, Is.Zero);
        }

        await Task.WhenAll(sends);
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"{i / 2}")));
    }

    [Test]
    public async Task ASendThatFindsNoConnectionInTime_FailsAndIsNotSentLater()
    {
        var clock = new HistoricalScheduler();
        var limit = TimeSpan.FromMinutes(1);
        await using var arrivals = await Arrivals.ListenAsync();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var notifier = new PgNotifier(
            tap.ConnectionString, new PgNotifierOptions { Scheduler = clock, SendTimeout = limit, Capacity = 1, MaxReconnectDelay = TimeSpan.FromHours(1) });
        Task early;
        Task late;
        using (tap.RefuseConnections())
        {
            early = Task.WhenAll(notifier.NotifyAsync(arrivals.Channel, "early"), notifier.NotifyAsync(arrivals.Channel, "early, without a place"));
            await AdvanceUntilAsync(clock, () => clock.Clock > DateTimeOffset.MinValue + (limit / 2));
            late = notifier.NotifyAsync(arrivals.Channel, "late");
            // Then the time stands still: the failures take their while to come about.
            await AdvanceUntilAsync(clock, () => clock.Clock > DateTimeOffset.MinValue + limit);
            await Eventually.IsTrueAsync(() => early.IsCompleted);
            var error = (await Assert.ThrowsAsync<PgNotifierException>(async () => await early))!;
            Assert.That(error.Error, Is.EqualTo(PgNotifierError.TimedOut));
            Assert.That(error.InnerException, Is.Not.Null, "why there was no connection");
            Assert.That(late.IsCompleted, Is.False);
        }

        await AdvanceUntilAsync(clock, () => late.IsCompleted);
        Assert.That(late.IsCompletedSuccessfully || late.Exception!.InnerException is PgNotifierException { Error: PgNotifierError.TimedOut });
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(late.IsCompletedSuccessfully ? ["late"] : Array.Empty<string>()));
    }

    [TestCase("Password=wrong")]
    [TestCase("Database=nosuch")]
    public async Task AFirstConnectionRefusedForGood_FailsTheSendsAtOnce(string setting)
    {
        await using var notifier = new PgNotifier(
            $"{TestServer.ConnectionString};{setting}", new PgNotifierOptions { SendTimeout = null });
        for (var i = 0; i < 2; i++)
        {
            var error = (await Assert.ThrowsAsync<PgNotifierException>(
                async () => await notifier.NotifyAsync("a", "b").WaitAsync(Eventually.Deadline)))!;
            Assert.That(error.Error, Is.EqualTo(PgNotifierError.CannotConnect));
            Assert.That(error.InnerException, Is.InstanceOf<PostgresException>());
        }
    }

    [Test]
    public async Task AServerThatRestarts_IsWaitedFor()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var notifier = new PgNotifier(server.ConnectionString);
        await notifier.NotifyAsync("a", "before");
        await server.StopAsync();
        var send = notifier.NotifyAsync("a", "after");
        await server.StartAgainAsync();
        try
        {
            await send;
        }
        catch (PgNotifierException e) when (e.Error == PgNotifierError.InDoubt)
        {
            // The line had been used a moment before, so nobody asked whether it was alive.
        }

        await notifier.NotifyAsync("a", "later");
    }

    [Test]
    public async Task TheLog_HasNoPayloadAndNoPassword()
    {
        const string payload = "do not tell";
        using var log = new LogRecorder();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var notifier = new PgNotifier(tap.ConnectionString, new PgNotifierOptions { LoggerFactory = log, FlushTimeout = TimeSpan.Zero, CommitTimeout = TimeSpan.FromHours(1) });
        await notifier.NotifyAsync("a", payload);
        Task lost;
        using (tap.HoldCommits())
        {
            lost = notifier.NotifyAsync("a", payload);
            tap.Cut();
        }

        await Eventually.IsTrueAsync(() => lost.IsCompleted);
        using var refusal = tap.RefuseConnections();
        tap.Cut();
        var unsent = notifier.NotifyAsync("a", payload);
        await notifier.DisposeAsync();
        Assert.That(async () => await unsent, Throws.InstanceOf<PgNotifierException>());
        Assert.That(log.Text, Does.Contain("Connected").And.Contain("not sent").And.Not.Contain(payload));
        Assert.That(log.Text, Does.Not.Contain(new NpgsqlConnectionStringBuilder(TestServer.ConnectionString).Password ?? "\0"));
    }

    static async Task AdvanceUntilAsync(HistoricalScheduler clock, Func<bool> condition) =>
        await Eventually.IsTrueAsync(() =>
        {
            clock.AdvanceBy(TimeSpan.FromSeconds(1));
            return condition();
        });
}
