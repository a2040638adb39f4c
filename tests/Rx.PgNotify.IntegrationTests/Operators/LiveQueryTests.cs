using System.Diagnostics;
using System.Reactive.Linq;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Operators;

/// <summary>
/// A table that many change while the listener's backend is killed: the last result is what the table holds at last.
/// </summary>
[LongTest]
public class LiveQueryTests
{
    const int Writers = 8;
    static readonly TimeSpan s_length = TimeSpan.FromSeconds(10);
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(50);

    // A timer may fire a millisecond early.
    static readonly TimeSpan s_resolution = TimeSpan.FromMilliseconds(2);

    [Test]
    public async Task LiveQuery_OfATableThatEightWritersChangeUnderKills_EndsWithTheTablesFinalContent()
    {
        for (var run = 0; run < StressSettings.Runs; run++)
            await RunAsync(StressSettings.Seed);
    }

    static async Task RunAsync(int seed)
    {
        await TestContext.Progress.WriteLineAsync($"LiveQuery: PGNOTIFY_STRESS_SEED={seed}");
        var (table, application) = (UniqueChannel.Name(), UniqueChannel.Name());
        await CreateAsync(table);
        await using var listener = new PgListener(
            $"{TestServer.ConnectionString};Application Name={application}",
            new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(10), MaxReconnectDelay = TimeSpan.FromMilliseconds(50) });
        var queries = new Queries(table);
        var result = "";
        string? error = null;
        using var live = listener.Channel(table).Signals
            .LiveQuery(queries.RunAsync, new LiveQueryOptions { Quiet = s_quiet, MaxWait = TimeSpan.FromMilliseconds(200) })
            .Subscribe(rows => Volatile.Write(ref result, rows), e => error = e.ToString());

        var random = new Random(seed);
        var watch = Stopwatch.StartNew();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers)
            .Select(_ => random.Next())
            .Select(writerSeed => Task.Run(() => WriteAsync(table, new Random(writerSeed), stop.Token)))
            .ToArray();
        var kills = 0;
        // As long as it takes to test something: on a busy machine a query is slow.
        while (watch.Elapsed < s_length || (queries.Count <= 10 && watch.Elapsed < Eventually.Deadline))
        {
            await Task.Delay(random.Next(20, 1_000));
            await TestServer.Current.KillBackendsAsync(application);
            kills++;
        }

        await stop.CancelAsync();
        var changes = (await Task.WhenAll(writers)).Sum();
        var content = await ReadAsync(table, CancellationToken.None);
        await Eventually.BecomesAsync(
            () => Task.FromResult(Volatile.Read(ref result)), rows => rows == content, expectation: "the table's final content");
        Assert.That(error, Is.Null);
        await TestContext.Progress.WriteLineAsync(
            $"LiveQuery: {changes} changes, {kills} kills, {queries.Count} queries of {queries.Average.TotalMilliseconds:0.0} ms, "
            + $"least distance {queries.LeastDistance.TotalMilliseconds:0.0} ms");
        Assert.That(queries.WereTwoAtOnce, Is.False);
        Assert.That(queries.LeastDistance, Is.GreaterThan(s_quiet - s_resolution), "from the end of a query to the next one");
        Assert.That(queries.Count, Is.GreaterThan(10));
    }

    static async Task CreateAsync(string table) => await TestServer.Current.ExecuteAsync($"""
        create table "{table}" (id int primary key, value int not null);
        create function "{table}"() returns trigger language plpgsql as $f$ begin perform pg_notify('{table}', ''); return null; end $f$;
        create trigger changed after insert or update or delete on "{table}" for each statement execute function "{table}"();
        """);

    static async Task<int> WriteAsync(string table, Random random, CancellationToken stop)
    {
        string[] statements =
        [
            $"""insert into "{table}" values ($1, $2) on conflict (id) do update set value = excluded.value""",
            $"""update "{table}" set value = value + $2 where id = $1""",
            $"""delete from "{table}" where id = $1 or id = $2 % 20""",
        ];
        var changes = 0;
        while (!stop.IsCancellationRequested)
        {
            await using var command = TestServer.DataSource.CreateCommand(statements[random.Next(statements.Length)]);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = random.Next(20) });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = random.Next(1_000) });
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            changes++;
            // A pause of a length that matters: within a burst, about the quiet spell, beyond it.
            await Task.Delay(random.Next(4) switch { 0 => 0, 1 => random.Next(10), 2 => random.Next(40, 60), _ => random.Next(300) }, CancellationToken.None);
        }

        return changes;
    }

    static async Task<string> ReadAsync(string table, CancellationToken cancellationToken)
    {
        await using var command = TestServer.DataSource.CreateCommand(
            $"""select coalesce(string_agg(id || '=' || value, ' ' order by id), '') from "{table}" """);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    sealed class Queries(string table)
    {
        int _running;
        long _endedAt;

        public int Count { get; private set; }

        public bool WereTwoAtOnce { get; private set; }

        public TimeSpan LeastDistance { get; private set; } = TimeSpan.MaxValue;

        public TimeSpan Average => Count == 0 ? TimeSpan.Zero : Total / Count;

        TimeSpan Total { get; set; }

        public async Task<string> RunAsync(CancellationToken cancellationToken)
        {
            var begin = Stopwatch.GetTimestamp();
            WereTwoAtOnce |= Interlocked.Increment(ref _running) != 1;
            if (Count++ > 0 && Stopwatch.GetElapsedTime(_endedAt, begin) is var distance && distance < LeastDistance)
                LeastDistance = distance;
            var rows = await ReadAsync(table, cancellationToken);
            _endedAt = Stopwatch.GetTimestamp();
            Total += Stopwatch.GetElapsedTime(begin, _endedAt);
            Interlocked.Decrement(ref _running);
            return rows;
        }
    }
}
