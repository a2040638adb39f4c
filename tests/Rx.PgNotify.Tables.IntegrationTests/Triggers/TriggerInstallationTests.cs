using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

[Parallelizable(ParallelScope.All)]
public sealed class TriggerInstallationTests
{
    const string Table = "CREATE TABLE t (id int PRIMARY KEY, a int)";

    // Everything that an installation makes, but for object ids.
    internal const string Installed = """
        SELECT string_agg(line, E'\n' ORDER BY line) FROM (
            SELECT pg_get_triggerdef(oid) || ' ' || tgenabled::text AS line FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
            UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = current_schema()::regnamespace) AS lines
        """;

    static IEnumerable<TableTriggerOptions> Variants()
    {
        foreach (var rowLevel in new[] { false, true })
        {
            yield return new() { RowLevel = rowLevel };
            yield return new() { RowLevel = rowLevel, Payload = TriggerPayload.RowCount, Operations = TableOperations.Insert | TableOperations.Update };
            yield return new() { RowLevel = rowLevel, Payload = TriggerPayload.Keys, ColumnFilter = ["a"] };
            yield return new() { RowLevel = rowLevel, Payload = TriggerPayload.Columns, Columns = ["a"], KeyColumns = ["id"], FireOnReplica = rowLevel };
            yield return new() { RowLevel = rowLevel, Payload = TriggerPayload.Rows, IncludeOld = true };
        }
    }

    [Test, LongTest]
    public async Task Installing_TwiceOrOverAnything_EndsInTheSameState()
    {
        await using var stage = await TableStage.CreateAsync(Table);
        var states = new List<object?>();
        foreach (var options in Variants())
        {
            await stage.RemoveAsync("t");
            await stage.InstallAsync("t", options);
            states.Add(await stage.ExecuteAsync(Installed));
            await stage.InstallAsync("t", options);
            Assert.That(await stage.ExecuteAsync(Installed), Is.EqualTo(states[^1]));
        }

        Assert.That(states.Distinct().Count(), Is.EqualTo(10));
        for (var i = 0; i < 100; i++)
        {
            var next = (i * 7) % 10;
            await stage.InstallAsync("t", Variants().ElementAt(next));
            Assert.That(await stage.ExecuteAsync(Installed), Is.EqualTo(states[next]));
        }
    }

    [Test]
    public async Task Removing_LeavesNothing_AndWhatIsNotThereIsNoError()
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await stage.RemoveAsync("t");
        foreach (var options in Variants())
        {
            await stage.InstallAsync("t", options);
            await stage.RemoveAsync("t");
            Assert.That(await stage.ExecuteAsync(Installed), Is.EqualTo(DBNull.Value));
        }

        Assert.That(await stage.ReportedByAsync("INSERT INTO t VALUES (1)"), Is.Empty);
        await stage.RemoveAsync("no such table");
        await new TableTrigger("t", "c", schema: "no such schema").RemoveAsync(TestServer.DataSource);
    }

    [Test]
    public async Task TriggersOfSeveralChannels_StandSideBySide()
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await stage.InstallAsync("t");
        var other = new TableTrigger("t", UniqueChannel.Name(), stage.Schema, new() { Payload = TriggerPayload.Rows });
        await other.InstallAsync(TestServer.DataSource);
        await other.RemoveAsync(TestServer.DataSource);

        Assert.That(await stage.ReportedByAsync("INSERT INTO t VALUES (1)"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ManyProgramsThatInstallAtOnce_AllSucceed()
    {
        await using var stage = await TableStage.CreateAsync(Table);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => stage.InstallAsync("t", Variants().ElementAt(i % 10))));

        Assert.That(await stage.ReportedByAsync("INSERT INTO t VALUES (1)"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ManyProgramsThatInstallAndRemoveAtOnce_AllSucceed()
    {
        await using var stage = await TableStage.CreateAsync(Table);

        for (var round = 0; round < 5; round++)
            await Task.WhenAll(Enumerable.Range(0, 12).Select(i => i % 4 == 0 ? stage.InstallAsync("t") : stage.RemoveAsync("t")));

        await stage.RemoveAsync("t");
        Assert.That(await stage.ExecuteAsync(Installed), Is.EqualTo(DBNull.Value));
    }

    [Test]
    public async Task Installing_JoinsTheCallersTransaction()
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await using (var connection = await stage.ConnectAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await stage.Trigger("t").InstallAsync(connection);
            Assert.That(await TableStage.ExecuteAsync(connection, "SHOW search_path"), Is.EqualTo(stage.Schema));
            await transaction.RollbackAsync();
        }

        Assert.That(await stage.ExecuteAsync(Installed), Is.EqualTo(DBNull.Value));
    }

    [Test]
    public async Task ScriptThatFails_LeavesNothing()
    {
        await using var stage = await TableStage.CreateAsync(Table + "; CREATE VIEW v AS SELECT * FROM t");

        Assert.That(() => stage.InstallAsync("v"), Throws.TypeOf<PostgresException>().With.Message.Contains("is not a table"));
        Assert.That(() => stage.InstallAsync("missing"), Throws.TypeOf<PostgresException>().With.Property("SqlState").EqualTo("42P01"));
        Assert.That(
            () => stage.InstallAsync("t", new() { ColumnFilter = ["A"] }),
            Throws.TypeOf<PostgresException>().With.Message.Contains("has no stored column \"A\""));
        Assert.That(await stage.ExecuteAsync(Installed), Is.EqualTo(DBNull.Value));
    }

    [Test]
    public async Task FalseFriendsInTheSearchPath_AreNotCalled()
    {
        await using var stage = await TableStage.CreateAsync(Table + """
            ;
            CREATE FUNCTION pg_notify(text, text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE 'false'; END $$;
            CREATE FUNCTION set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'false'; END $$;
            CREATE FUNCTION format(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'false'; END $$;
            CREATE FUNCTION lower(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'false'; END $$;
            CREATE FUNCTION row_to_json(record) RETURNS json LANGUAGE plpgsql AS $$ BEGIN RAISE 'false'; END $$;
            CREATE TABLE pg_class (oid oid, relkind "char");
            CREATE TABLE changed_rows (id int);
            """);
        await using var connection = await stage.ConnectAsync();
        await TableStage.ExecuteAsync(connection, $"SET search_path = {stage.Schema}, pg_catalog");
        await stage.Trigger("t", new() { Payload = TriggerPayload.Rows }).InstallAsync(connection);
        await TableStage.ExecuteAsync(connection, "INSERT INTO t VALUES (1, 2)");

        Assert.That((await stage.ReportedAsync()).Select(Payload.Kind), Is.EqualTo(new[] { "rows" }));
        Assert.That(await TableStage.ExecuteAsync(connection, "SHOW search_path"), Is.EqualTo($"{stage.Schema}, pg_catalog"));
    }

    [Test]
    public async Task AReplicatedRow_IsReportedWhereAsked([Values] bool asked)
    {
        await using var stage = await TableStage.CreateAsync("""
            CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100)
            """);
        await stage.InstallAsync("t", new() { RowLevel = true, FireOnReplica = true, Payload = TriggerPayload.Keys });
        if (!asked)
            await stage.InstallAsync("t", new() { RowLevel = true, Payload = TriggerPayload.Keys });

        Assert.That(
            await stage.ReportedByAsync("SET session_replication_role = replica; INSERT INTO t VALUES (1); TRUNCATE t1"),
            Has.Count.EqualTo(asked ? 2 : 0));
        Assert.That(await stage.ReportedByAsync("INSERT INTO t VALUES (1)"), Has.Count.EqualTo(1));
    }
}
