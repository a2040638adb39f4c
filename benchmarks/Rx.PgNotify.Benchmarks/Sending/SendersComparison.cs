using System.Diagnostics;
using System.Reactive.Linq;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Benchmarks.Sending;

/// <summary>
/// 64 concurrent senders, each of which awaits its send before the next one: one <c>pg_notify</c> per commit over a pool of
/// 64 connections with prepared statements, against one <see cref="PgNotifier"/>. A server with fsync on, one listener that
/// counts, rounds that alternate, medians.
/// </summary>
static class SendersComparison
{
    const int Senders = 64;
    const int Rounds = 7;
    const string Channel = "senders";

    static readonly TimeSpan s_round = TimeSpan.FromSeconds(2);

    public static async Task RunAsync()
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { Durable = true });
        var pool = new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            MinPoolSize = Senders,
            MaxPoolSize = Senders,
            MaxAutoPrepare = 4,
            AutoPrepareMinUsages = 1,
        };
        await using var dataSource = NpgsqlDataSource.Create(pool);
        await using var notifier = new PgNotifier(server.ConnectionString);
        await using var merging = new PgNotifier(server.ConnectionString, new PgNotifierOptions { MergeEqual = true });
        await using var listener = new PgListener(server.ConnectionString);
        long received = 0;
        using var subscription = await listener.Channel(Channel).SubscribeAsync(
            _ => Interlocked.Increment(ref received), error => Console.Error.WriteLine(error.Message));
        Console.WriteLine($"PostgreSQL {server.Version}, fsync on, {Environment.ProcessorCount} cores, {Senders} senders, {Rounds} rounds of {s_round.TotalSeconds} s each");

        long expected = 0;
        await CompareAsync("distinct", notifier, (sender, number) => $"{sender}:{number}");
        await CompareAsync("equal, each arrives", notifier, (_, _) => "changed");
        var start = Stopwatch.GetTimestamp();
        while (Interlocked.Read(ref received) < expected && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30))
            await Task.Delay(10);
        Console.WriteLine($"{expected:N0} sent, {received:N0} received");
        await CompareAsync("equal, merged", merging, (_, _) => "changed");

        async Task CompareAsync(string payloads, PgNotifier gathering, Func<int, long, string> payload)
        {
            var (single, gathered) = (new List<double>(), new List<double>());
            for (var round = -1; round < Rounds; round++) // the first one warms up
            {
                var a = await SendsPerSecondAsync(text => dataSource.NotifyAsync(Channel, text), payload);
                var b = await SendsPerSecondAsync(text => gathering.NotifyAsync(Channel, text), payload);
                if (round < 0)
                    continue;
                single.Add(a);
                gathered.Add(b);
            }

            Console.WriteLine(
                $"{payloads,-20} one per commit {Range(single)}   PgNotifier {Range(gathered)}   ratio {Median(gathered) / Median(single):F1}");
        }

        async Task<double> SendsPerSecondAsync(Func<string, Task> send, Func<int, long, string> payload)
        {
            var clock = Stopwatch.StartNew();
            var counts = await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
            {
                long count = 0;
                while (clock.Elapsed < s_round)
                    await send(payload(sender, ++count));
                return count;
            })));
            var perSecond = counts.Sum() / clock.Elapsed.TotalSeconds;
            expected += counts.Sum();
            return perSecond;
        }
    }

    static string Range(List<double> values) => $"{Median(values),8:N0}/s ({values.Min():N0} to {values.Max():N0})";

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
