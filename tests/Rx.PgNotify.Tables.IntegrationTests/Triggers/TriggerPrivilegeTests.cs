using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

/// <summary>Roles other than the superuser: who writes, who owns the table, and who means harm.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TriggerPrivilegeTests
{
    readonly string _role = UniqueChannel.Name("role");

    [SetUp]
    public Task CreateRoleAsync() => TestServer.Current.ExecuteAsync($"CREATE ROLE {_role}");

    [TearDown]
    public Task DropRoleAsync() => TestServer.Current.ExecuteAsync($"DROP ROLE {_role}");

    [Test]
    public async Task ARoleThatMayOnlyWrite_CanWrite([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY, a int)");
        await stage.ExecuteAsync($"GRANT USAGE ON SCHEMA {stage.Schema} TO {_role}; GRANT INSERT, UPDATE, DELETE, TRUNCATE ON t TO {_role}");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, ColumnFilter = ["a"], RowLevel = rowLevel });
        await stage.ExecuteAsync($"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {stage.Schema} FROM PUBLIC");

        await using var connection = await stage.ConnectAsync(_role);
        Assert.That(
            () => TableStage.ExecuteAsync(connection, "SELECT FROM t"), Throws.TypeOf<PostgresException>().With.Property("SqlState").EqualTo("42501"));
        await TableStage.ExecuteAsync(connection, "INSERT INTO t VALUES (1, 2); UPDATE t SET a = 3; DELETE FROM t; TRUNCATE t");

        Assert.That((await stage.ReportedAsync()).SelectMany(Payload.Entries), Is.EqualTo(new[]
        {
            """insert {"op":"insert","new":{"id":1,"a":2}}""",
            """update {"op":"update","new":{"id":1,"a":3}}""",
            """delete {"op":"delete","old":{"id":1,"a":3}}""",
            "truncate",
        }));
    }

    [Test]
    public async Task ATablesOwner_InstallsAndRemoves()
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY)");
        await stage.ExecuteAsync($"GRANT ALL ON SCHEMA {stage.Schema} TO {_role}; ALTER TABLE t OWNER TO {_role}");
        await using var connection = await stage.ConnectAsync(_role);
        var trigger = stage.Trigger("t", new() { Payload = TriggerPayload.Keys });

        await trigger.InstallAsync(connection);
        await trigger.InstallAsync(connection);
        Assert.That(await stage.ReportedByAsync("INSERT INTO t VALUES (1)"), Has.Count.EqualTo(1));
        await stage.InstallAsync("t");
        Assert.That(await stage.ReportedByAsync("INSERT INTO t VALUES (2)"), Has.Count.EqualTo(1), "a superuser may install over it");
        await trigger.RemoveAsync(connection);
        Assert.That(await stage.ReportedByAsync("INSERT INTO t VALUES (3)"), Is.Empty);
    }

    [Test]
    public async Task AFunctionThatSomebodyElseHasPutThere_IsNotTakenOver()
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY)");
        await stage.ExecuteAsync($"GRANT ALL ON SCHEMA {stage.Schema} TO {_role}");
        await using var connection = await stage.ConnectAsync(_role);
        var function = stage.Trigger("t").RemoveScript.Split("EXISTS ")[1].Split(" CASCADE")[0];

        // Its owner could change it later, and all who write to the table would run what it then says.
        await TableStage.ExecuteAsync(connection, $"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");

        Assert.That(() => stage.InstallAsync("t"), Throws.TypeOf<PostgresException>().With.Property("SqlState").EqualTo("42501"));
        await stage.RemoveAsync("t");
        await stage.InstallAsync("t");
        Assert.That(await stage.ReportedByAsync("INSERT INTO t VALUES (1)"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task AFunctionThatSomebodyElsePutsThereMeanwhile_IsNotTakenOver()
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY)");
        await stage.ExecuteAsync($"GRANT ALL ON SCHEMA {stage.Schema} TO {_role}");
        await using var writer = await stage.ConnectAsync();
        await using var connection = await stage.ConnectAsync(_role);
        var function = stage.Trigger("t").RemoveScript.Split("EXISTS ")[1].Split(" CASCADE")[0];

        await using var transaction = await writer.BeginTransactionAsync();
        await TableStage.ExecuteAsync(writer, "INSERT INTO t VALUES (1)");
        var installation = stage.InstallAsync("t");
        await Eventually.IsTrueAsync(
            async () => (bool)(await stage.ExecuteAsync("SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 't'::regclass AND NOT granted)"))!);
        await TableStage.ExecuteAsync(connection, $"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
        await transaction.RollbackAsync();

        Assert.That(() => installation, Throws.TypeOf<PostgresException>().With.Property("SqlState").EqualTo("42501"));
    }

    [Test]
    public async Task ATriggerOnSomebodyElsesTable_DoesNotKeepTheOwnerFromInstalling()
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE other (id int PRIMARY KEY)");
        await stage.ExecuteAsync($"GRANT ALL ON SCHEMA {stage.Schema} TO {_role}; ALTER TABLE t OWNER TO {_role}");
        await using var connection = await stage.ConnectAsync(_role);
        var trigger = stage.Trigger("t");
        await trigger.InstallAsync(connection);
        var function = trigger.RemoveScript.Split("EXISTS ")[1].Split(" CASCADE")[0];
        await stage.ExecuteAsync($"CREATE TRIGGER mine AFTER TRUNCATE ON other EXECUTE FUNCTION {function}");

        await trigger.InstallAsync(connection);

        Assert.That(await stage.ReportedByAsync("INSERT INTO t VALUES (1)"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task RowSecurity_DoesNotHideRowsFromTheChannel()
    {
        await using var stage = await TableStage.CreateAsync($"""
            CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
            CREATE POLICY writing ON t FOR INSERT WITH CHECK (true);
            CREATE POLICY reading ON t FOR SELECT USING (false);
            """);
        await stage.ExecuteAsync($"GRANT USAGE ON SCHEMA {stage.Schema} TO {_role}; GRANT ALL ON t TO {_role}");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Keys });
        await using var connection = await stage.ConnectAsync(_role);

        await TableStage.ExecuteAsync(connection, "INSERT INTO t VALUES (1)");

        Assert.That(await TableStage.ExecuteAsync(connection, "SELECT count(*) FROM t"), Is.Zero);
        Assert.That((await stage.ReportedAsync()).Select(Payload.Kind), Is.EqualTo(new[] { "rows" }), "as docs/table-changes.md warns");
    }
}
