using System.Reactive.Linq;
using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.Servers;

/// <summary>A data source of a primary and a standby, on which nothing of the library works.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public class SeveralHostsTests
{
    // With balanced hosts, which are taken in turn, any two calls in a row show a wrong choice.
    const int Times = 10;

    static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(1);

    ReplicatedPair _pair = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _pair = await ReplicatedPair.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _pair.DisposeAsync();

    [TestCaseSource(nameof(DataSources))]
    public async Task EverythingReachesThePrimary(Func<string, NpgsqlDataSource> of, bool primaryFirst, bool isBalanced)
    {
        await using var hosts = of($"{_pair.InOrder(primaryFirst)};Load Balance Hosts={isBalanced}");
        await using var arrivals = await Arrivals.ListenAsync(_pair.Primary.ConnectionString);
        var name = UniqueChannel.Name("t");
        await _pair.Primary.ExecuteAsync($"CREATE TABLE {name} (id int PRIMARY KEY)");
        var trigger = new TableTrigger(name, arrivals.Channel);
        var catchUp = new CatchUpTable(name, "id");
        var cursor = default(CatchUpCursor);
        for (var i = 1; i <= Times; i++)
        {
            await hosts.NotifyAsync(arrivals.Channel, $"sent {i}");
            Assert.That(await hosts.NotificationQueueUsage(s_soon).FirstAsync(), Is.InRange(0.0, 1.0));
            await trigger.RemoveAsync(hosts);
            await trigger.InstallAsync(hosts);
            await catchUp.InstallAsync(hosts);
            await _pair.Primary.ExecuteAsync($"INSERT INTO {name} VALUES ({i})");
            var batch = await catchUp.LoadAsync(hosts, cursor, row => row.GetInt32(0));
            Assert.That(batch.Rows, Is.EqualTo(new[] { i }));
            cursor = batch.Cursor;
            Assert.That(await catchUp.PurgeAsync(hosts, TimeSpan.Zero), Is.Zero);
        }

        await catchUp.RemoveAsync(hosts);
        var payloads = await arrivals.PayloadsAsync();
        Assert.That(payloads, Has.Count.EqualTo(2 * Times), "what was sent, and a change each time");
        Assert.That(payloads.Where(IsSent), Is.EqualTo(Enumerable.Range(1, Times).Select(i => $"sent {i}")));

        static bool IsSent(string payload) => payload.StartsWith("sent", StringComparison.Ordinal);
    }

    [Test]
    public async Task TheQueueUsage_IsThePrimarys([Values] bool primaryFirst, [Values] bool isBalanced)
    {
        var channel = UniqueChannel.Name();
        await using var unread = new NpgsqlConnection(_pair.Primary.ConnectionString);
        await unread.OpenAsync();
        foreach (var command in new[] { $"LISTEN {channel}", "BEGIN" }) // in a transaction it gets nothing, and the queue is kept
        {
            await using var run = new NpgsqlCommand(command, unread);
            await run.ExecuteNonQueryAsync();
        }

        await _pair.Primary.ExecuteAsync($"SELECT count(pg_notify('{channel}', repeat('x', 7000) || n)) FROM generate_series(1, 100) AS n");

        await using var hosts = NpgsqlDataSource.Create($"{_pair.InOrder(primaryFirst)};Load Balance Hosts={isBalanced}");
        var answers = await hosts.NotificationQueueUsage(s_soon).Take(Times).ToList();

        Assert.That(answers, Has.Count.EqualTo(Times).And.All.GreaterThan(0.0));
    }

    [Test]
    public async Task AfterAFailover_ThePromotedOneIsFound([Values] bool primaryFirst, [Values] bool isBalanced)
    {
        await using var pair = await ReplicatedPair.StartAsync();
        await using var hosts = NpgsqlDataSource.Create($"{pair.InOrder(primaryFirst)};Load Balance Hosts={isBalanced};Host Recheck Seconds=1");
        const string table = "orders";
        var catchUp = new CatchUpTable(table, "id");
        var trigger = new TableTrigger(table, table);
        await pair.Primary.ExecuteAsync($"CREATE TABLE {table} (id int PRIMARY KEY)");
        await catchUp.InstallAsync(hosts);
        await hosts.NotifyAsync("a");
        var pause = TimeSpan.FromMilliseconds(50);
        var usage = new Recorder<double>();
        using var watching = hosts.NotificationQueueUsage(pause).RetryWhen(failures => failures.Delay(pause)).Subscribe(usage);
        await usage.UntilCountAsync(3);
        await Eventually.IsTrueAsync(async () => await pair.Standby.ExecuteAsync($"SELECT to_regclass('catch_up_deleted_{table}')::text") is string);

        await pair.FailOverAsync();
        await Eventually.IsTrueAsync(async () => await pair.Standby.ExecuteAsync("SELECT pg_is_in_recovery()") is false);
        await using var arrivals = await Arrivals.ListenAsync(pair.Standby.ConnectionString);
        // Npgsql goes by what it knew of the hosts, for a second at the most, and its pool has connections that are dead.
        await UntilDoneAsync(() => hosts.NotifyAsync(arrivals.Channel, "heard"));
        await usage.UntilCountAsync(usage.Count + 3);
        await UntilDoneAsync(() => trigger.InstallAsync(hosts));
        await UntilDoneAsync(() => catchUp.LoadAsync(hosts, null, _ => 0));

        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "heard" }));
        Assert.That(usage.Violation, Is.Null);
    }

    [Test]
    public async Task OfTwoThatAreNoStandbys_ReadWriteIsTheOneThatIsNotFencedOff([Values] bool isBalanced)
    {
        await using var pair = await ReplicatedPair.StartAsync();
        await pair.Standby.ExecuteAsync("SELECT pg_promote()");
        await pair.Primary.ExecuteAsync("ALTER SYSTEM SET default_transaction_read_only = on");
        await pair.Primary.ExecuteAsync("SELECT pg_reload_conf()");
        await Eventually.IsTrueAsync(async () => await pair.Primary.ExecuteAsync("SHOW default_transaction_read_only") is "on");
        await Eventually.IsTrueAsync(async () => await pair.Standby.ExecuteAsync("SELECT pg_is_in_recovery()") is false);
        await using var arrivals = await Arrivals.ListenAsync(pair.Standby.ConnectionString);

        await using var hosts = NpgsqlDataSource.Create(
            $"{pair.InOrder(primaryFirst: true)};Load Balance Hosts={isBalanced};Target Session Attributes=read-write");
        for (var i = 1; i <= Times; i++)
            await hosts.NotifyAsync(arrivals.Channel, $"{i}");

        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(Enumerable.Range(1, Times).Select(i => $"{i}")));
    }

    /// <summary>The ways to make a data source that has the primary among its hosts and is not bound to others.</summary>
    static IEnumerable<TestCaseData> DataSources() =>
        from way in new (string Name, Func<string, NpgsqlDataSource> Of)[]
        {
            ("of a string", NpgsqlDataSource.Create),
            ("of a string with any", hosts => NpgsqlDataSource.Create($"{hosts};Target Session Attributes=any")),
            ("of a string with prefer-standby", hosts => NpgsqlDataSource.Create($"{hosts};Target Session Attributes=prefer-standby")),
            ("of a string with read-write", hosts => NpgsqlDataSource.Create($"{hosts};Target Session Attributes=read-write")),
            ("of a string, unpooled", hosts => NpgsqlDataSource.Create($"{hosts};Pooling=false")),
            ("BuildMultiHost", hosts => new NpgsqlDataSourceBuilder(hosts).BuildMultiHost()),
            ("WithTargetSession(Primary)", hosts => WithTarget(hosts, TargetSessionAttributes.Primary)),
            ("WithTargetSession(ReadWrite)", hosts => WithTarget(hosts, TargetSessionAttributes.ReadWrite)),
            ("WithTargetSession(PreferPrimary) of a string with any",
                hosts => WithTarget($"{hosts};Target Session Attributes=any", TargetSessionAttributes.PreferPrimary)),
            ("WithTargetSession(Primary) of a string with standby",
                hosts => WithTarget($"{hosts};Target Session Attributes=standby", TargetSessionAttributes.Primary)),
        }
        from primaryFirst in new[] { true, false }
        from isBalanced in new[] { true, false }
        let order = $"{(primaryFirst ? "primary" : "standby")} first{(isBalanced ? ", balanced" : "")}"
        select new TestCaseData(way.Of, primaryFirst, isBalanced).SetArgDisplayNames(way.Name, order);

    static NpgsqlDataSource WithTarget(string hosts, TargetSessionAttributes target) =>
        new NpgsqlDataSourceBuilder(hosts).BuildMultiHost().WithTargetSession(target);

    static Task UntilDoneAsync(Func<Task> call) => Eventually.IsTrueAsync(
        async () =>
        {
            try
            {
                await call();
                return true;
            }
            catch (NpgsqlException)
            {
                return false;
            }
        },
        TimeSpan.FromMinutes(1),
        "the promoted one should be found");
}
