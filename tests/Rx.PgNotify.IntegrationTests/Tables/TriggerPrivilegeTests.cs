using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Tables;

[Parallelizable(ParallelScope.All)]
public sealed class TriggerPrivilegeTests
{
    [Test]
    public async Task ARoleThatMayOnlyWrite_CanWrite([Values] bool rowLevel)
    {
        var role = UniqueChannel.Name("writer");
        await TestServer.DataSource.CreateCommand($"CREATE ROLE {role}").ExecuteNonQueryAsync();
        try
        {
            await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY, a int)");
            await stage.ExecuteAsync($"GRANT USAGE ON SCHEMA {stage.Schema} TO {role}; GRANT INSERT, UPDATE, DELETE, TRUNCATE ON t TO {role}");
            await stage.InstallAsync("t", new() { Contents = TriggerContents.Rows, ColumnFilter = ["a"], RowLevel = rowLevel });
            await stage.ExecuteAsync($"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {stage.Schema} FROM PUBLIC");

            await using var connection = await stage.ConnectAsync(role);
            Assert.That(() => TableStage.ExecuteAsync(connection, "SELECT FROM t"), Throws.TypeOf<PostgresException>().With.Property("SqlState").EqualTo("42501"));
            await TableStage.ExecuteAsync(connection, "INSERT INTO t VALUES (1, 2); UPDATE t SET a = 3; DELETE FROM t; TRUNCATE t");

            Assert.That((await stage.ToldAsync()).SelectMany(Payload.Entries), Is.EqualTo(new[]
            {
                """insert {"op":"insert","new":{"id":1,"a":2}}""",
                """update {"op":"update","new":{"id":1,"a":3}}""",
                """delete {"op":"delete","old":{"id":1,"a":3}}""",
                "truncate",
            }));
        }
        finally
        {
            await TestServer.DataSource.CreateCommand($"DROP ROLE {role}").ExecuteNonQueryAsync();
        }
    }

    [Test]
    public async Task ATablesOwner_InstallsAndRemoves()
    {
        var role = UniqueChannel.Name("owner");
        await TestServer.DataSource.CreateCommand($"CREATE ROLE {role}").ExecuteNonQueryAsync();
        try
        {
            await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY)");
            await stage.ExecuteAsync($"GRANT ALL ON SCHEMA {stage.Schema} TO {role}; ALTER TABLE t OWNER TO {role}");
            await using var connection = await stage.ConnectAsync(role);
            var trigger = stage.Trigger("t", new() { Contents = TriggerContents.Keys });
            await trigger.InstallAsync(connection);
            await trigger.InstallAsync(connection);
            Assert.That(await stage.ToldByAsync("INSERT INTO t VALUES (1)"), Has.Count.EqualTo(1));
            await trigger.RemoveAsync(connection);
            Assert.That(await stage.ToldByAsync("INSERT INTO t VALUES (2)"), Is.Empty);
        }
        finally
        {
            await TestServer.DataSource.CreateCommand($"DROP ROLE {role}").ExecuteNonQueryAsync();
        }
    }

    [Test]
    public async Task RowSecurity_DoesNotHideRowsFromTheChannel()
    {
        await using var stage = await TableStage.CreateAsync("""
            CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY
            """);
        await stage.InstallAsync("t", new() { Contents = TriggerContents.Keys });
        Assert.That((await stage.ToldByAsync("INSERT INTO t VALUES (1)")).Select(Payload.Kind), Is.EqualTo(new[] { "rows" }));
    }
}
