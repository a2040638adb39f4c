using System.Diagnostics;
using System.Reactive.Linq;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;
using Rx.PgNotify.Benchmarks.Tables;
using Rx.PgNotify.EntityFrameworkCore;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Benchmarks.EntityFrameworkCore;

/// <summary>
/// What it costs a query of one row that a live query finds its tables: the same loop in a run and by hand, in turns, in one
/// process.
/// </summary>
static class TrackingBenchmark
{
    const int Queries = 200;
    const int Rounds = 200;

    internal static async Task<int> RunAsync(TextWriter output)
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions());
        await using var dataSource = NpgsqlDataSource.Create(server.ConnectionString);
        await using var listener = new PgListener(server.ConnectionString);
        var plain = Contexts(dataSource, isTracked: false);
        var tracked = Contexts(dataSource, isTracked: true);
        await using (var db = await tracked.CreateDbContextAsync())
        {
            await db.Database.EnsureCreatedAsync();
            db.Add(new TrackedContext.Item { Name = "one" });
            await db.SaveChangesAsync();
        }

        var (byHand, unobserved, inRuns) = (new List<double>(), new List<double>(), new List<double>());
        await tracked.LiveQuery(listener, async (db, cancellation) =>
        {
            byHand.Clear(); // the first execution finds the table, and is repeated
            unobserved.Clear();
            inRuns.Clear();
            for (var round = 0; round < Rounds; round++)
            {
                byHand.Add(await MeasureAsync(plain));
                unobserved.Add(await MeasureAsync(tracked));
                inRuns.Add(await MeasureAsync(db, cancellation));
            }

            return 0;
        }).FirstAsync();
        var baseline = TriggerBenchmarks.Median(byHand);
        await output.WriteLineAsync($"PostgreSQL {server.Version}, {Environment.ProcessorCount} processors, medians of {Rounds} rounds of {Queries} queries of one row");
        await output.WriteLineAsync($"by hand, without change notifications   {baseline:0.0} µs");
        await WriteAsync("with them, outside of a live query     ", unobserved);
        await WriteAsync("in a run of a live query               ", inRuns);
        return 0;

        Task WriteAsync(string what, List<double> times) =>
            output.WriteLineAsync($"{what} {TriggerBenchmarks.Median(times):0.0} µs, {TriggerBenchmarks.Median(times.Zip(byHand, (time, hand) => time / hand)):0.000} times");
    }

    static PooledDbContextFactory<TrackedContext> Contexts(NpgsqlDataSource dataSource, bool isTracked)
    {
        var options = new DbContextOptionsBuilder<TrackedContext>().UseNpgsql(dataSource);
        if (isTracked)
            options.UseChangeNotifications();
        return new PooledDbContextFactory<TrackedContext>(options.Options);
    }

    static async Task<double> MeasureAsync(PooledDbContextFactory<TrackedContext> contexts)
    {
        await using var db = await contexts.CreateDbContextAsync();
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        return await MeasureAsync(db, CancellationToken.None);
    }

    // Microseconds for a query.
    static async Task<double> MeasureAsync(TrackedContext db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken); // the pool is not what is measured
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Queries; i++)
            await db.Items.Where(item => item.Id == 1).ToListAsync(cancellationToken);
        var time = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Queries;
        await db.Database.CloseConnectionAsync();
        return time;
    }
}
