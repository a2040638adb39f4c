using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

/// <summary>An installation that finds all in order: it waits for nobody, locks nothing, and says one line.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class UnchangedTableTests
{
    const string Table = "CREATE TABLE t (id int PRIMARY KEY, a int)";

    static readonly TableTriggerOptions s_rows = new() { Payload = TriggerPayload.Rows, ColumnFilter = ["a"] };

    [Test]
    public async Task InstallingAgain_TakesOneRoundTripAndLogsOneLine()
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await stage.InstallAsync("t", s_rows);
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        using var log = new LogRecorder();
        await using var database = new NpgsqlDataSourceBuilder(tap.ConnectionString).UseLoggerFactory(log).Build();
        await using var connection = await database.OpenConnectionAsync();
        var (roundTrips, logged) = (tap.RoundTrips, log.Text.Length);

        await stage.Trigger("t", s_rows).InstallAsync(connection);

        Assert.That(tap.RoundTrips - roundTrips, Is.EqualTo(1));
        var lines = log.Text[logged..].Split('\n')
            .Where(line => line.Length > 0 && !line.StartsWith("Debug", StringComparison.Ordinal) && !line.StartsWith("Trace", StringComparison.Ordinal)).ToList();
        Assert.That(lines, Has.Count.EqualTo(1), log.Text[logged..]);
        Assert.That(lines[0], Does.StartWith("Information"));
    }

    [Test]
    public async Task InstallingAgain_LocksNothingOfTheTable()
    {
        await using var stage = await TableStage.CreateAsync(Table);
        Assert.That(await LocksAsync(), Does.Contain("ShareRowExclusiveLock"), "the first time");
        Assert.That(await LocksAsync(), Is.Empty, "the second time");

        async Task<string> LocksAsync()
        {
            await using var connection = await stage.ConnectAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await stage.Trigger("t", s_rows).InstallAsync(connection);
            var locks = (string)(await TableStage.ExecuteAsync(connection, """
                SELECT coalesce(string_agg(mode, ' ' ORDER BY mode), '') FROM pg_locks
                WHERE pid = pg_backend_pid() AND locktype = 'relation' AND relation = (SELECT oid FROM pg_class WHERE relname = 't' AND relnamespace = current_schema()::regnamespace)
                """))!;
            await transaction.CommitAsync();
            return locks;
        }
    }

    [Test]
    public async Task ManyProgramsThatStart_WaitNeitherForAWriterNorForWhoHasLockedTheTable([Values] bool hasLockedAll)
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await stage.InstallAsync("t", s_rows);
        await using var other = await stage.ConnectAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await TableStage.ExecuteAsync(other, hasLockedAll ? "LOCK TABLE t IN ACCESS EXCLUSIVE MODE" : "INSERT INTO t VALUES (1)");

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => stage.InstallAsync("t", s_rows))).WaitAsync(Eventually.Deadline);

        await transaction.RollbackAsync();
        Assert.That(await stage.ReportedByAsync("INSERT INTO t VALUES (1, 2)"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ARoleThatMayNotInstall_FindsThatAllIsInOrder()
    {
        var role = UniqueChannel.Name("role");
        await using var stage = await TableStage.CreateAsync($"{Table}; CREATE ROLE {role}");
        await stage.ExecuteAsync($"GRANT USAGE ON SCHEMA {stage.Schema} TO {role}");
        await using var connection = await stage.ConnectAsync(role);
        Assert.That(
            () => stage.Trigger("t").InstallAsync(connection), Throws.TypeOf<PostgresException>().With.Property("SqlState").EqualTo("42501"));
        Assert.That(await stage.Trigger("t").IsInstalledAsync(connection), Is.False);

        await stage.InstallAsync("t");

        Assert.That(await stage.Trigger("t").IsInstalledAsync(connection), Is.True);
        await stage.Trigger("t").InstallAsync(connection);
        await stage.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    [LongTest]
    [TestCase("SET search_path = {0}, pg_catalog")]
    [TestCase("SET search_path = ''")]
    [TestCase("SET DateStyle = 'German'; SET bytea_output = 'escape'; SET extra_float_digits = -15; SET IntervalStyle = 'iso_8601'")]
    [TestCase("SET standard_conforming_strings = off; SET lc_messages = 'C'; SET quote_all_identifiers = on")]
    [TestCase("SET client_encoding = 'SQL_ASCII'")]
    [TestCase("SET enable_hashjoin = off; SET enable_nestloop = off; SET enable_sort = off; SET enable_indexscan = off")]
    public async Task ASession_WhateverItsSettings_FindsTheSame(string settings)
    {
        await using var stage = await TableStage.CreateAsync(Table + """
            ;
            CREATE FUNCTION never(oid, oid) RETURNS boolean LANGUAGE sql AS 'SELECT false';
            CREATE FUNCTION concat(text, text) RETURNS text LANGUAGE sql AS $$ SELECT 'false' $$;
            CREATE OPERATOR = (LEFTARG = oid, RIGHTARG = oid, FUNCTION = never);
            CREATE TABLE pg_class (oid oid);
            CREATE TABLE pg_trigger (tgfoid oid);
            """);
        await stage.InstallAsync("t", s_rows);
        await using var connection = await stage.ConnectAsync();
        await TableStage.ExecuteAsync(connection, string.Format(System.Globalization.CultureInfo.InvariantCulture, settings, stage.Schema));

        Assert.That(await stage.Trigger("t", s_rows).IsInstalledAsync(connection), Is.True);
        await TableStage.ExecuteAsync(connection, $"ALTER TABLE {stage.Schema}.t DISABLE TRIGGER ALL");
        Assert.That(await stage.Trigger("t", s_rows).IsInstalledAsync(connection), Is.False);
        await stage.Trigger("t", s_rows).InstallAsync(connection);
        Assert.That(await stage.Trigger("t", s_rows).IsInstalledAsync(TestServer.DataSource), Is.True, "what this session has installed");
    }
}
