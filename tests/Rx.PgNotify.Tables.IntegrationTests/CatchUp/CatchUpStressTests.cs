using System.Diagnostics;
using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.CatchUp;

/// <summary>
/// A copy of a table, kept by a reader that is killed, cut off and started again, while many write and commit in another
/// order than they began: every version once, and at last the table's content.
/// </summary>
[LongTest]
public class CatchUpStressTests
{
    const int Writers = 10;
    static readonly TimeSpan s_length = TimeSpan.FromSeconds(10);
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    [Test]
    public async Task CatchUp_UnderKillsAndRestarts_DeliversEveryVersionOnce()
    {
        for (var run = 0; run < StressSettings.Runs; run++)
            await RunAsync(StressSettings.Seed);
    }

    static async Task RunAsync(int seed)
    {
        await TestContext.Progress.WriteLineAsync($"CatchUp: PGNOTIFY_STRESS_SEED={seed}");
        var (listening, loading) = (UniqueChannel.Name(), UniqueChannel.Name());
        await using var loaders = NpgsqlDataSource.Create($"{TestServer.ConnectionString};Application Name={loading}");
        await using var listener = new PgListener(
            $"{TestServer.ConnectionString};Application Name={listening}",
            new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(10), MaxReconnectDelay = TimeSpan.FromMilliseconds(50) });
        var random = new Random(seed);
        var table = await VersionedTable.CreateAsync();
        await using var copy = new TableCopy(listener, loaders, table, new Random(random.Next()));

        // Holds back every snapshot's xmin for the whole run.
        await using var oldest = await TestServer.DataSource.OpenConnectionAsync();
        await using var open = await oldest.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("SELECT pg_current_xact_id()", oldest, open))
            await command.ExecuteNonQueryAsync();

        var watch = Stopwatch.StartNew();
        var isOver = false;
        var writers = Enumerable.Range(0, Writers)
            .Select(_ => random.Next())
            .Select(writerSeed => Task.Run(() => table.WriteAsync(new Random(writerSeed), () => !Volatile.Read(ref isOver))))
            .ToArray();
        var (kills, restarts) = (0, 0);
        // A slow machine has longer to come to the least that shows anything.
        while (watch.Elapsed < s_length || (watch.Elapsed < s_deadline && !await ShowsSomethingAsync()))
        {
            await Task.Delay(random.Next(20, 500));
            switch (random.Next(3))
            {
                case 0:
                    copy.StartAgain();
                    restarts++;
                    break;
                case var which:
                    await TestServer.Current.KillBackendsAsync(which == 1 ? listening : loading);
                    kills++;
                    break;
            }
        }

        Volatile.Write(ref isOver, true);
        await Task.WhenAll(writers);
        copy.LastStart();
        var content = await table.ContentAsync();
        await Eventually.BecomesAsync(
            () => Task.FromResult(copy.Content), rows => rows == content, s_deadline, "the table's final content");

        var committed = await table.CommittedAsync();
        await TestContext.Progress.WriteLineAsync(
            $"CatchUp: {committed.Count} changes committed, {copy.Delivered.Count} versions delivered, {copy.Batches} batches stored and "
            + $"{copy.Lost} lost, {kills} kills, {restarts} restarts, {copy.Failures} loads failed");
        Assert.That(copy.Findings, Is.Empty);
        Assert.That(copy.Delivered.Except(committed), Is.Empty, "versions that were rolled back");
        Assert.That(copy.Error, Is.Null);
        Assert.That(await copy.LoadOnceMoreAsync(), Is.Empty);
        Assert.That(copy.Batches, Is.GreaterThan(10));
        Assert.That(committed, Has.Count.GreaterThan(100));

        async Task<bool> ShowsSomethingAsync() => copy.Batches > 10 && (await table.CommittedAsync()).Count > 100;
    }
}
