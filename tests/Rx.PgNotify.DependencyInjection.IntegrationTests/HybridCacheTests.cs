using System.Globalization;

namespace Rx.PgNotify.DependencyInjection.IntegrationTests;

/// <summary>The recipe for HybridCache, as three processes.</summary>
[LongTest]
public sealed class HybridCacheTests : SampleFixture
{
    [Test]
    public async Task AChangeThroughOneProcess_MakesTheOthersReadAnew_AlsoAfterTheirBackendsWereKilled()
    {
        await ExecuteAsync("""
            CREATE TABLE prices (article text PRIMARY KEY, price numeric NOT NULL);
            INSERT INTO prices VALUES ('tea', 4.50);
            """);
        var processes = new ChildProgram[3];
        try
        {
            for (var i = 0; i < processes.Length; i++)
                processes[i] = ChildProgram.Start("cache", ("CACHE_CONNECTION", Connection));
            foreach (var process in processes)
                Assert.That(await process.ReadLineAsync(), Is.EqualTo("listening"));

            // Each reads once, and then no more.
            foreach (var process in processes)
            {
                Assert.That(await ReadAsync(process), Is.EqualTo((4.50m, 1)));
                Assert.That(await ReadAsync(process), Is.EqualTo((4.50m, 1)));
            }

            await processes[0].WriteLineAsync("write 5.00");
            Assert.That(await processes[0].ReadLineAsync(), Is.EqualTo("written"));
            foreach (var process in processes)
                await UntilAsync(process, 5.00m);
            await StaysAsync(processes);

            // A change that nobody is notified of, as are those that are made while no connection stands.
            await ExecuteAsync("ALTER TABLE prices DISABLE TRIGGER USER; UPDATE prices SET price = 6.00; ALTER TABLE prices ENABLE TRIGGER USER");
            foreach (var process in processes)
                Assert.That((await ReadAsync(process)).Price, Is.EqualTo(5.00m));
            Assert.That(await ExecuteAsync($"""
                SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
                WHERE query LIKE '/* Rx.PgNotify%' AND datname = '{Database}'
                """), Is.EqualTo(3L));
            foreach (var process in processes)
                await UntilAsync(process, 6.00m);
            await StaysAsync(processes);
        }
        finally
        {
            foreach (var process in processes.OfType<ChildProgram>())
                await process.DisposeAsync();
        }
    }

    static async Task StaysAsync(ChildProgram[] processes)
    {
        foreach (var process in processes)
        {
            var (_, reads) = await ReadAsync(process);
            Assert.That((await ReadAsync(process)).Reads, Is.EqualTo(reads), "what was read anew is kept again");
        }
    }

    static async Task UntilAsync(ChildProgram process, decimal price) =>
        await Eventually.BecomesAsync(() => ReadAsync(process), read => read.Price == price, expectation: $"the price {price}");

    static async Task<(decimal Price, int Reads)> ReadAsync(ChildProgram process)
    {
        await process.WriteLineAsync("read");
        var answer = (await process.ReadLineAsync())?.Split(' ') ?? throw new InvalidOperationException(await process.Errors);
        return (decimal.Parse(answer[0], CultureInfo.InvariantCulture), int.Parse(answer[1], CultureInfo.InvariantCulture));
    }
}
