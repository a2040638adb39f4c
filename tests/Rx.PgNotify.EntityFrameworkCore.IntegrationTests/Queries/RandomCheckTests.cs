using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>
/// Writers of all kinds, backends that are killed, queries that go over to other tables: whenever the writers pause, each
/// live query settles on what a fresh query says.
/// </summary>
[LongTest]
[Parallelizable(ParallelScope.Self)]
public sealed class RandomCheckTests
{
    static readonly TimeSpan s_length = TimeSpan.FromSeconds(Number("PGNOTIFY_EF_SECONDS") ?? 8);

    static int Seed => Number("PGNOTIFY_EF_SEED") ?? Random.Shared.Next();

    [Test]
    public async Task WheneverTheWritersPause_EachLiveQuerySettlesOnWhatAFreshQuerySays()
    {
        var seed = Seed;
        await TestContext.Progress.WriteLineAsync($"PGNOTIFY_EF_SEED={seed}");
        var random = new Random(seed);
        await using var database = await ShopDatabase<NotifyingShopContext>.CreateAsync(options => new NotifyingShopContext(options));
        await using var shop = database.Listen();
        await using var killer = new BackendKiller(database, shop);
        var queries = CheckedQueries.Subscribe(database, shop.Listener);
        var watch = Stopwatch.StartNew();
        var (changes, rolledBack, failed, settled) = (0, 0, 0, 0);
        while (watch.Elapsed < s_length || settled == 0)
        {
            using var stop = new CancellationTokenSource();
            var writers = Enumerable.Range(0, 4)
                .Select(_ => new ShopWriter(database, random.Next()))
                .Select(writer => (Writer: writer, Task: Task.Run(() => writer.RunAsync(stop.Token))))
                .ToArray();
            var kills = random.Next(4);
            for (var i = 0; i < kills; i++)
            {
                await Task.Delay(random.Next(20, 600));
                await killer.KillAsync(random.Next(3));
            }

            await Task.Delay(random.Next(50, 1_000));
            await stop.CancelAsync();
            foreach (var (writer, task) in writers)
            {
                await task;
                changes += writer.Changes;
                rolledBack += writer.RolledBack;
                failed += writer.Failed;
            }

            foreach (var query in queries)
                await query.UntilSettledAsync();
            settled++;
        }

        await TestContext.Progress.WriteLineAsync(
            $"seed {seed}: {watch.Elapsed.TotalSeconds:0} s, {queries.Count} live queries, {changes} changes, {rolledBack} rolled back, "
            + $"{failed} that a kill failed, {killer.Kills} kills, {queries.Sum(query => query.Results)} results, "
            + $"{queries.Sum(query => query.FailedRuns)} failed runs, settled {settled} times");
        Assert.That(changes, Is.GreaterThan(0));
        foreach (var query in queries)
            query.Dispose();
    }

    static int? Number(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : null;
}
