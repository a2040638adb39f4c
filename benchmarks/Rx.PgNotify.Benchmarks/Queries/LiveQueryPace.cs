using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reactive;
using Npgsql;
using Rx.PgNotify.Benchmarks.Tables;
using Rx.PgNotify.LocalPostgres;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.Benchmarks.Queries;

/// <summary>
/// A table that changes all the time, and a live query of it: how old what a person sees is, and how much of its time the server
/// reads for it, by the longest wait.
/// </summary>
static class LiveQueryPace
{
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan s_duration = TimeSpan.FromSeconds(10);
    static readonly int[] s_longestWaits = [100, 200, 500, 1_000];

    // The first one goes by an index; the others read as many rows as they say, and what they cost is the server's matter.
    static readonly (string Title, string Sql)[] s_queries =
    [
        ("a page of 50 rows", "SELECT max(version), count(*) FROM (SELECT version, id FROM pace ORDER BY version DESC LIMIT 50) AS newest"),
        ("a sum of 100,000 rows", "SELECT max(version), sum(hashtext(body)) FROM pace WHERE id <= 100000"),
        ("a sum of 1,000,000 rows", "SELECT max(version), sum(hashtext(body)) FROM pace"),
    ];

    internal static async Task<int> RunAsync(TextWriter output)
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { Settings = { ["max_parallel_workers_per_gather"] = "0" } });
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await database.ExecuteAsync("""
            CREATE TABLE pace (id int PRIMARY KEY, version bigint NOT NULL DEFAULT 0, body text NOT NULL);
            INSERT INTO pace (id, body) SELECT i, 'some text of order ' || i FROM generate_series(1, 1000000) AS i;
            CREATE INDEX ON pace (version);
            """);
        await database.ExecuteAsync("VACUUM ANALYZE pace");
        await new TableTrigger("pace").InstallAsync(database);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
            PostgreSQL {server.Version}, {Environment.ProcessorCount} processors; a commit every {s_pause.TotalMilliseconds} ms, Quiet {s_quiet.TotalMilliseconds} ms, {s_duration.TotalSeconds} s each

            | query | `MaxWait` | results a second | age, median | age, 95 % | one query | of a core |
            |---|---:|---:|---:|---:|---:|---:|
            """));
        foreach (var (title, sql) in s_queries)
        {
            foreach (var longestWait in s_longestWaits)
                await output.WriteLineAsync(await MeasureAsync(database, title, sql, TimeSpan.FromMilliseconds(longestWait)));
        }

        return 0;
    }

    static async Task<string> MeasureAsync(NpgsqlDataSource database, string title, string sql, TimeSpan longestWait)
    {
        await using var listener = new PgListener(database);
        await database.ExecuteAsync("UPDATE pace SET version = 0 WHERE version > 0");
        var committed = new ConcurrentQueue<(long Version, long At)>();
        var (ages, results, busy) = (new List<TimeSpan>(), 0, TimeSpan.Zero);
        var seen = Observer.Create<long>(version =>
        {
            results++;
            while (committed.TryPeek(out var commit) && commit.Version <= version && committed.TryDequeue(out _))
                ages.Add(Stopwatch.GetElapsedTime(commit.At));
        });
        using (listener.Channel("pace").LiveQuery(QueryAsync, new() { Quiet = s_quiet, MaxWait = longestWait }).Subscribe(seen))
        {
            var start = Stopwatch.GetTimestamp();
            for (var version = 1L; Stopwatch.GetElapsedTime(start) < s_duration; version++)
            {
                // Before the commit: what sees it may be there before its answer is here.
                committed.Enqueue((version, Stopwatch.GetTimestamp()));
                await using var command = database.CreateCommand("UPDATE pace SET version = $1 WHERE id = 1 + $1 % 1000");
                command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = version });
                await command.ExecuteNonQueryAsync();
                await Task.Delay(s_pause);
            }
        }

        ages.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"""
            | {title} | {longestWait.TotalMilliseconds:0} ms | {results / s_duration.TotalSeconds:0.0} | {Age(0.5):0} ms | {Age(0.95):0} ms | {busy.TotalMilliseconds / Math.Max(1, results):0.0} ms | {busy / s_duration:0.0 %} |
            """);

        double Age(double share) => ages.Count == 0 ? double.NaN : ages[(int)(ages.Count * share)].TotalMilliseconds;

        async Task<long> QueryAsync(CancellationToken cancellation)
        {
            var start = Stopwatch.GetTimestamp();
            await using var command = database.CreateCommand(sql);
            var version = (long)(await command.ExecuteScalarAsync(cancellation))!;
            busy += Stopwatch.GetElapsedTime(start);
            return version;
        }
    }
}
