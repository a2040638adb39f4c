using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.Benchmarks.Tables;

/// <summary>Clients that insert one row a commit, with a listener, without the trigger and with it.</summary>
static class SmallCommits
{
    const int Rounds = 9;
    const int Clients = 16;
    static readonly TimeSpan s_duration = TimeSpan.FromSeconds(3);

    internal static async Task RunAsync(NpgsqlDataSource database, TextWriter output)
    {
        await database.ExecuteAsync("CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)");
        await using var listener = new PgListener(database);
        using var subscription = await listener.Channel("events").SubscribeAsync(_ => { });
        var trigger = new TableTrigger("events", "events");
        var (without, with) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            without.Add(await CommitsPerSecondAsync(database));
            await trigger.InstallAsync(database);
            with.Add(await CommitsPerSecondAsync(database));
            await trigger.RemoveAsync(database);
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""

            {Clients} clients, one INSERT a commit, fsync on, medians of {Rounds} rounds
              no trigger                    {TriggerBenchmarks.Median(without),8:0} commits/s
              bare                          {TriggerBenchmarks.Median(with),8:0} commits/s {TriggerBenchmarks.Median(with.Zip(without, (a, b) => a / b)) - 1,8:+0.0 %;-0.0 %}
            """));
    }

    static async Task<double> CommitsPerSecondAsync(NpgsqlDataSource database)
    {
        var start = Stopwatch.GetTimestamp();
        var commits = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            await using var connection = await database.OpenConnectionAsync();
            await using var command = new NpgsqlCommand("INSERT INTO events (body) VALUES ('x')", connection);
            await command.PrepareAsync();
            var count = 0;
            for (; Stopwatch.GetElapsedTime(start) < s_duration; count++)
                await command.ExecuteNonQueryAsync();
            return count;
        }));
        return commits.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
