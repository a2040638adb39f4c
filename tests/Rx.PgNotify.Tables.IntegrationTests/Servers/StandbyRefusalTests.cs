using System.Globalization;
using System.Reactive.Linq;
using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.Servers;

/// <summary>Where a data source leads to a standby, each call says so; none takes its answer for the primary's.</summary>
[Parallelizable(ParallelScope.All)]
public class StandbyRefusalTests
{
    const string Table = "orders";

    static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(1);
    static readonly TableTrigger s_trigger = new(Table, Table);
    static readonly CatchUpTable s_catchUp = new(Table, "id");

    ReplicatedPair _pair = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _pair = await ReplicatedPair.StartAsync();
        await using var primary = NpgsqlDataSource.Create(_pair.Primary.ConnectionString);
        await _pair.Primary.ExecuteAsync($"CREATE TABLE {Table} (id int PRIMARY KEY)");
        await s_trigger.InstallAsync(primary);
        await s_catchUp.InstallAsync(primary);
        var position = await _pair.Primary.ExecuteAsync("SELECT pg_current_wal_lsn()::text");
        await Eventually.IsTrueAsync(async () => await _pair.Standby.ExecuteAsync($"SELECT pg_last_wal_replay_lsn() >= '{position}'") is true);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _pair.DisposeAsync();

    [TestCase(TargetSessionAttributes.Standby, "standby")]
    [TestCase(TargetSessionAttributes.PreferStandby, "prefer-standby")]
    [TestCase(TargetSessionAttributes.ReadOnly, "read-only")]
    [TestCase(TargetSessionAttributes.Any, "any")]
    public async Task ADataSourceThatIsBoundToOtherHosts_IsRefusedWithWhatToGiveInstead(TargetSessionAttributes target, string shown)
    {
        // It shows its target only if the string that it was made with had one.
        await using var hosts = new NpgsqlDataSourceBuilder($"{_pair.ConnectionString};Target Session Attributes=primary").BuildMultiHost();
        var bound = hosts.WithTargetSession(target);
        foreach (var call in Calls(bound).Append(() => s_catchUp.LoadAsync(bound, null, _ => 0)))
        {
            Assert.That(
                async () => await call(),
                Throws.ArgumentException.With.Message.Contains($"(Target Session Attributes={shown})")
                    .And.Message.Contains("WithTargetSession(TargetSessionAttributes.Primary)"));
        }

        Assert.That(() => bound.NotificationQueueUsage(s_soon), Throws.ArgumentException, "at the call, not for a subscriber");
    }

    [Test]
    public async Task OneThatIsBoundToAStandbyAndDoesNotShowIt_GivesTheServersError()
    {
        await using var hosts = new NpgsqlDataSourceBuilder(_pair.InOrder(primaryFirst: true)).BuildMultiHost();
        AssertStandbySaysSo(hosts.WithTargetSession(TargetSessionAttributes.Standby));
    }

    [Test]
    public async Task ALoneStandby_GivesTheServersError([Values] bool isMultiHost)
    {
        var builder = new NpgsqlDataSourceBuilder(_pair.Standby.ConnectionString);
        await using var lone = isMultiHost ? builder.BuildMultiHost() : builder.Build();
        AssertStandbySaysSo(lone);
    }

    [Test]
    public async Task SeveralStandbys_GiveNoAnswer([Values] bool isBalanced)
    {
        var standby = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_pair.Standby.Port}");
        await using var hosts = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(_pair.Standby.ConnectionString) { Host = $"{standby},{standby}", LoadBalanceHosts = isBalanced });
        foreach (var call in Calls(hosts).Append(() => s_catchUp.LoadAsync(hosts, null, _ => 0)))
            Assert.That(async () => await call(), Throws.InstanceOf<NpgsqlException>());
        Assert.That(async () => await hosts.NotificationQueueUsage(s_soon).FirstAsync(), Throws.InstanceOf<NpgsqlException>());
    }

    static void AssertStandbySaysSo(NpgsqlDataSource standby)
    {
        foreach (var call in Calls(standby))
        {
            Assert.That(
                async () => await call(),
                Throws.InstanceOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo(PostgresErrorCodes.ReadOnlySqlTransaction));
        }

        Assert.That(
            async () => await s_catchUp.LoadAsync(standby, null, _ => 0), Throws.InvalidOperationException.With.Message.Contains("is a standby"));
        Assert.That(
            async () => await standby.NotificationQueueUsage(s_soon).FirstAsync(), Throws.InvalidOperationException.With.Message.Contains("is a standby"));
    }

    static IEnumerable<Func<Task>> Calls(NpgsqlDataSource dataSource) =>
    [
        () => dataSource.NotifyAsync("a"),
        () => s_trigger.InstallAsync(dataSource),
        () => s_trigger.RemoveAsync(dataSource),
        () => s_catchUp.InstallAsync(dataSource),
        () => s_catchUp.RemoveAsync(dataSource),
        () => s_catchUp.PurgeAsync(dataSource, TimeSpan.Zero),
    ];
}
