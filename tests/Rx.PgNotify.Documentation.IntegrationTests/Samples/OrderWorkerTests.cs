namespace Rx.PgNotify.Documentation.IntegrationTests.Samples;

/// <summary>The sample OrderWorker, in a database of each test's own.</summary>
[LongTest]
public sealed class OrderWorkerTests : SampleFixture
{
    const string Sample = "OrderWorker.dll";

    [Test]
    public async Task TheWorker_ShipsWhatIsOpenAndWhatIsInserted_AlsoAfterItsConnectionWasLost_AndStopsCleanly()
    {
        await using var worker = Start();
        await UntilAsync(worker, "Application started");
        await Eventually.IsTrueAsync(async () => await ListenersAsync() == 1);

        await ExecuteAsync("INSERT INTO worker_orders (customer) VALUES ('Ada'), ('Bob')");
        await UntilAsync(worker, "Shipped #1 to Ada");
        await UntilAsync(worker, "Shipped #2 to Bob");

        // Nobody listens any more when the row commits: its own notification is lost, or comes to the next backend.
        Assert.That(await ExecuteAsync($"""
            SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
            WHERE query LIKE '/* Rx.PgNotify%' AND datname = '{Database}'
            """), Is.EqualTo(1L));
        await ExecuteAsync("INSERT INTO worker_orders (customer) VALUES ('Eve')");
        await UntilAsync(worker, "Shipped #3 to Eve");

        Assert.That(await worker.InterruptAsync(), Is.Zero, await worker.Errors);
        Assert.That(await worker.Errors, Is.Empty);
        await Eventually.IsTrueAsync(async () => await ListenersAsync() == 0);
        Assert.That(await ExecuteAsync("SELECT count(*) FROM worker_orders WHERE status = 'shipped'"), Is.EqualTo(3L));
    }

    [Test]
    public async Task ASettingThatIsWrong_EndsTheStartAndIsNamed()
    {
        await using var worker = Start("--PgListener:Heartbeat", "00:00:00");
        Assert.That(await worker.ExitCodeAsync(), Is.Not.Zero);
        Assert.That(await worker.Errors, Does.Contain("PgListener:Heartbeat must be from 00:00:01 to 01:00:00; it is '00:00:00'."));
    }

    SampleProcess Start(params string[] arguments) => SampleProcess.Start(Sample, ["--ConnectionStrings:shop", Connection, .. arguments]);

    async Task<long> ListenersAsync() => (long)(await ExecuteAsync(
        $"SELECT count(*) FROM pg_stat_activity WHERE query LIKE '/* Rx.PgNotify%' AND datname = '{Database}'"))!;

    static async Task UntilAsync(SampleProcess worker, string text)
    {
        while (await worker.ReadLineAsync() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }

        Assert.Fail($"It ended without '{text}': {await worker.Errors}");
    }
}
