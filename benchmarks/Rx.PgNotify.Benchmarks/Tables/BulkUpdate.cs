using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.Benchmarks.Tables;

/// <summary>An UPDATE of 100,000 rows and its commit, without a trigger and with each kind.</summary>
static class BulkUpdate
{
    const int Rounds = 15;
    const string Update = "UPDATE orders SET status = CASE status WHEN 'open' THEN 'paid' ELSE 'open' END, amount = amount + 1";

    static readonly (string Name, TableTriggerOptions Options)[] s_kinds =
    [
        ("bare", new()),
        ("row count", new() { Payload = TriggerPayload.RowCount }),
        ("keys", new() { Payload = TriggerPayload.Keys }),
        ("rows, old and new", new() { Payload = TriggerPayload.Rows, IncludeOld = true }),
        ("filter, the column changes", new() { ColumnFilter = ["status"] }),
        ("filter, it doesn't", new() { ColumnFilter = ["customer"] }),
        ("row-level, filter, it doesn't", new() { RowLevel = true, ColumnFilter = ["customer"] }),
        ("row-level, bare", new() { RowLevel = true }),
        ("row-level, keys", new() { RowLevel = true, Payload = TriggerPayload.Keys }),
        ("row-level, rows", new() { RowLevel = true, Payload = TriggerPayload.Rows }),
    ];

    internal static async Task RunAsync(NpgsqlDataSource database, TextWriter output)
    {
        await database.ExecuteAsync("""
            CREATE TABLE orders (
                id int PRIMARY KEY, customer text NOT NULL, status text NOT NULL, amount numeric(10, 2) NOT NULL, created timestamptz NOT NULL);
            INSERT INTO orders SELECT i, 'customer ' || i % 1000, 'open', i % 100 + 0.99, now() FROM generate_series(1, 100000) AS i
            """);
        var runs = s_kinds.Select(_ => new List<(double Without, double With)>()).ToArray();
        for (var round = -1; round < Rounds; round++)
        {
            for (var kind = 0; kind < s_kinds.Length; kind++)
            {
                // Right before each its own measure: a machine that is busy is so for both.
                var without = await MeasureAsync(database, null);
                var with = await MeasureAsync(database, s_kinds[kind].Options);
                if (round >= 0)
                    runs[kind].Add((without, with));
            }
        }

        await output.WriteLineAsync($"UPDATE of 100,000 rows, medians of {Rounds} rounds");
        var baseline = TriggerBenchmarks.Median(runs.SelectMany(list => list.Select(run => run.Without)));
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {"no trigger",-30}{baseline,8:0} ms"));
        for (var kind = 0; kind < s_kinds.Length; kind++)
        {
            var time = TriggerBenchmarks.Median(runs[kind].Select(run => run.With));
            var cost = TriggerBenchmarks.Median(runs[kind].Select(run => run.With / run.Without)) - 1;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"  {s_kinds[kind].Name,-30}{time,8:0} ms{cost,10:+0.0 %;-0.0 %}"));
        }
    }

    static async Task<double> MeasureAsync(NpgsqlDataSource database, TableTriggerOptions? options)
    {
        var trigger = new TableTrigger("orders", "orders", options: options);
        if (options is not null)
            await trigger.InstallAsync(database);
        // Every run finds the table as the one before it did.
        await database.ExecuteAsync("VACUUM ANALYZE orders");
        await database.ExecuteAsync("CHECKPOINT");
        var start = Stopwatch.GetTimestamp();
        await database.ExecuteAsync(Update);
        var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        await trigger.RemoveAsync(database);
        return time;
    }
}
