using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.CatchUp;

/// <summary>An installation that finds all in order, and what it notices that is not.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CatchUpUnchangedTests
{
    static IEnumerable<string> Changes() =>
    [
        "ALTER TABLE {0} DISABLE TRIGGER catch_up_stamp",
        "ALTER TABLE {0} ENABLE TRIGGER catch_up_delete",
        "DROP TRIGGER catch_up_truncate ON {0}",
        "DROP INDEX catch_up_stamp_{0}",
        "DROP INDEX catch_up_purge_{0}",
        "GRANT EXECUTE ON FUNCTION catch_up_delete_{0}() TO PUBLIC",
        "ALTER FUNCTION catch_up_delete_{0}() SECURITY INVOKER",
        "ALTER FUNCTION catch_up_delete_{0}() STABLE",
        "CREATE OR REPLACE FUNCTION catch_up_stamp_{0}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP FUNCTION catch_up_purge_{0}(interval)",
        "ALTER TABLE catch_up_deleted_{0} REPLICA IDENTITY DEFAULT",
        "ALTER TABLE catch_up_deleted_{0} ALTER catch_up_horizon SET DEFAULT '3'",
        "ALTER TABLE catch_up_deleted_{0} ALTER catch_up_stamp DROP NOT NULL",
        "DROP TABLE catch_up_deleted_{0}",
        "COMMENT ON FUNCTION catch_up_stamp_{0}() IS NULL",
    ];

    [TestCaseSource(nameof(Changes))]
    public async Task AChange_IsNoticed_AndInstallingMendsIt(string change)
    {
        var table = await ReadTable.CreateAsync();
        Assert.That(await table.Table.IsInstalledAsync(TestServer.DataSource), Is.True);
        var before = await DescribeAsync(table);

        await table.ExecuteAsync(string.Format(CultureInfo.InvariantCulture, change, table.Name));

        Assert.That(await table.Table.IsInstalledAsync(TestServer.DataSource), Is.False);
        await table.Table.InstallAsync(TestServer.DataSource);
        Assert.That(await table.Table.IsInstalledAsync(TestServer.DataSource), Is.True);
        Assert.That(await DescribeAsync(table), Is.EqualTo(before));
    }

    [Test]
    public async Task InstallingAgain_TakesTwoRoundTrips_AndLocksAndRewritesNothing()
    {
        var table = await ReadTable.CreateAsync();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var database = NpgsqlDataSource.Create(tap.ConnectionString);
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var own = new NpgsqlCommand($"INSERT INTO {table.Name} VALUES (7, 'of this transaction')", connection))
            await own.ExecuteNonQueryAsync();
        var before = tap.RoundTrips;

        await table.Table.InstallAsync(connection);

        Assert.That(tap.RoundTrips - before, Is.EqualTo(2));
        Assert.That(string.Concat(tap.Statements.TakeLast(2)), Does.StartWith("SELECT").And.Not.Contain("\n").And.Not.Contain("ALTER"));
        await using var locks = new NpgsqlCommand(
            $"SELECT string_agg(DISTINCT mode, ' ' ORDER BY mode) FROM pg_locks WHERE pid = pg_backend_pid() AND relation = '{table.Name}'::regclass", connection);
        Assert.That(await locks.ExecuteScalarAsync(), Is.EqualTo("AccessShareLock RowExclusiveLock"), "to insert, and to read the newest stamp");
    }

    [Test]
    public async Task ManyProgramsThatStart_WaitForNoWriter()
    {
        var table = await ReadTable.CreateAsync();
        var writer = await table.BeginAsync($"INSERT INTO {table.Name} VALUES (1, 'a')");

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => table.Table.InstallAsync(TestServer.DataSource))).WaitAsync(Eventually.Deadline);

        await ReadTable.EndAsync(writer);
        Assert.That(await table.ReadAsync(), Is.EqualTo("1=a"));
    }

    [Test]
    public async Task Rows_AreNoChange()
    {
        var table = await ReadTable.CreateAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a'), (2, 'b'); DELETE FROM {table.Name} WHERE id = 1");
        await table.Table.PurgeAsync(TestServer.DataSource, TimeSpan.Zero);

        Assert.That(await table.Table.IsInstalledAsync(TestServer.DataSource), Is.True);
    }

    // But for the comment's hash, which knows of the ids of what was made anew.
    static async Task<string> DescribeAsync(ReadTable table) => (string)(await table.ExecuteAsync($"""
        SELECT string_agg(what, E'\n' ORDER BY what COLLATE "C") FROM (
            SELECT concat_ws(' ', attrelid::regclass, attname, attnotnull, pg_get_expr(adbin, adrelid)) AS what
                FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                WHERE attrelid IN ('{table.Name}'::regclass, '{table.Tombstones}'::regclass) AND attnum > 0
            UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid IN ('{table.Name}'::regclass, '{table.Tombstones}'::regclass)
            UNION ALL SELECT concat_ws(' ', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE tgrelid = '{table.Name}'::regclass
            UNION ALL SELECT concat_ws(' ', relname, relreplident) FROM pg_class WHERE oid = '{table.Tombstones}'::regclass
            UNION ALL SELECT concat_ws(' ', pg_get_functiondef(oid), has_function_privilege('pg_monitor', oid, 'EXECUTE')) FROM pg_proc WHERE proname LIKE 'catch_up_%_{table.Name}') AS parts
        """))!;
}
