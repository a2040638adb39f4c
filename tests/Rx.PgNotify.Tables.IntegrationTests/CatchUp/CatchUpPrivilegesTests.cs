using Npgsql;
using NUnit.Framework.Constraints;

namespace Rx.PgNotify.Tables.IntegrationTests.CatchUp;

/// <summary>What roles other than the table's owner need, and what they can't do.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase), Parallelizable(ParallelScope.All)]
public sealed class CatchUpPrivilegesTests
{
    // The privileges of a schema are one row of the catalogs: of two transactions that change it at once, one fails with
    // "tuple concurrently updated".
    const string LockPublicSchema = "SELECT pg_advisory_xact_lock(hashtext('privileges of schema public'))";

    readonly string _role = UniqueChannel.Name("r");
    ReadTable _table = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        _table = await ReadTable.CreateAsync();
        await _table.ExecuteAsync($"INSERT INTO {_table.Name} VALUES (1, 'a'), (2, 'b'); CREATE ROLE {_role}");
        await _table.ReadAsync();
    }

    [TearDown]
    public Task DropAsync() => _table.ExecuteAsync($"{LockPublicSchema}; DROP OWNED BY {_role}; DROP ROLE {_role}");

    [Test]
    public async Task AWriter_NeedsNoMoreThanBefore()
    {
        await _table.ExecuteAsync($"GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON {_table.Name} TO {_role}");
        await RunAsync($"INSERT INTO {_table.Name} VALUES (3, 'c'); UPDATE {_table.Name} SET id = 4 WHERE id = 1; DELETE FROM {_table.Name} WHERE id = 2");
        Assert.That(await _table.ReadAsync(), Is.EqualTo("-1 -2 3=c 4=a"));

        await RunAsync($"TRUNCATE {_table.Name}");
        Assert.That(await _table.ReadAsync(), Is.EqualTo("-3 -4"));
    }

    [Test]
    public async Task AWriter_WhoseRowsRowSecurityHides_LeavesAllTombstones()
    {
        await _table.ExecuteAsync($"ALTER TABLE {_table.Name} ENABLE ROW LEVEL SECURITY; GRANT TRUNCATE ON {_table.Name} TO {_role}");
        await RunAsync($"TRUNCATE {_table.Name}");

        Assert.That(await _table.ReadAsync(), Is.EqualTo("-1 -2"));
    }

    [Test]
    public async Task AWriter_CanForgeNoTombstone()
    {
        await _table.ExecuteAsync($"GRANT ALL ON {_table.Name} TO {_role}; CREATE SCHEMA {_role} AUTHORIZATION {_role}");

        Assert.That(() => RunAsync($"INSERT INTO {_table.Tombstones} VALUES (7)"), ThrowsDenied(_table.Tombstones));
        Assert.That(
            () => RunAsync($"""
                CREATE TABLE {_role}.mine (id int);
                CREATE TRIGGER t AFTER DELETE ON {_role}.mine FOR EACH ROW EXECUTE FUNCTION catch_up_delete_{_table.Name}()
                """),
            ThrowsDenied("catch_up_delete"));
        Assert.That(() => RunAsync($"SELECT catch_up_purge_{_table.Name}('0')"), ThrowsDenied(_table.Tombstones));
        await _table.ExecuteAsync($"DROP SCHEMA {_role} CASCADE");
    }

    [Test]
    public async Task WhatASuperuserInstalls_BelongsToTheTablesOwner()
    {
        await GiveAwayAsync();
        await _table.Table.InstallAsync(TestServer.DataSource);

        Assert.That(
            await _table.ExecuteAsync($"""
                SELECT string_agg(DISTINCT pg_get_userbyid(owner), ' ') FROM (
                    SELECT proowner AS owner FROM pg_proc WHERE proname LIKE 'catch_up_%_{_table.Name}'
                    UNION ALL SELECT relowner FROM pg_class WHERE relname = '{_table.Tombstones}') AS parts
                """),
            Is.EqualTo(_role));
        Assert.That(await _table.ExecuteAsync("SELECT current_user = session_user"), Is.True);
        await _table.Table.RemoveAsync(TestServer.DataSource);
        await TakeBackAsync();
    }

    [Test]
    public async Task WhatSomebodyElseHasPutUnderAName_IsNotTakenOver(
        [Values("FUNCTION catch_up_stamp_{0}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", "TABLE catch_up_deleted_{0} (id int)")] string what)
    {
        await GiveAwayAsync();
        await _table.ExecuteAsync($"CREATE {string.Format(System.Globalization.CultureInfo.InvariantCulture, what, _table.Name)}");

        Assert.That(async () => await _table.Table.InstallAsync(TestServer.DataSource), ThrowsDenied("can neither replace nor drop it"));

        Assert.That(await _table.ExecuteAsync($"SELECT count(*) FROM pg_trigger WHERE tgrelid = '{_table.Name}'::regclass AND NOT tgisinternal"), Is.Zero);
        await _table.ExecuteAsync($"DROP {what.Split(['(', ' '])[0]} {string.Format(System.Globalization.CultureInfo.InvariantCulture, what, _table.Name).Split(' ')[1]}");
        await TakeBackAsync();
    }

    [Test]
    public async Task ForcedRowSecurity_IsNoWayToTruncateUnseen()
    {
        await GiveAwayAsync();
        await _table.Table.InstallAsync(TestServer.DataSource);
        await _table.ExecuteAsync($"ALTER TABLE {_table.Name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");

        Assert.That(() => RunAsync($"TRUNCATE {_table.Name}"), ThrowsDenied("row-level security"));

        await _table.Table.RemoveAsync(TestServer.DataSource);
        await TakeBackAsync();
    }

    [Test, LongTest]
    public async Task APublicationOfAllTables_RefusesNothing()
    {
        await using var server = await TestServer.StartOwnAsync(options => options.Settings["wal_level"] = "logical");
        await server.ExecuteAsync("CREATE TABLE m (id int PRIMARY KEY); CREATE PUBLICATION everything FOR ALL TABLES");
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        var table = new CatchUpTable("m", "id");
        await table.InstallAsync(database);
        await server.ExecuteAsync("INSERT INTO m VALUES (1); DELETE FROM m; INSERT INTO m VALUES (2); DELETE FROM m");
        await table.InstallAsync(database);

        Assert.That(await table.PurgeAsync(database, TimeSpan.Zero), Is.LessThanOrEqualTo(2));
    }

    [Test]
    public async Task AReader_NeedsSelectOnBothTables()
    {
        await using var database = NpgsqlDataSource.Create($"{TestServer.ConnectionString};Options=-crole={_role}");
        await _table.ExecuteAsync($"GRANT SELECT ON {_table.Name} TO {_role}");
        Assert.That(LoadAsync, ThrowsDenied(_table.Tombstones));

        await _table.ExecuteAsync($"GRANT SELECT ON {_table.Tombstones} TO {_role}");
        Assert.That((await LoadAsync()).Rows, Is.EquivalentTo(new[] { "1=a", "2=b" }));

        Task<CatchUpBatch<string>> LoadAsync() => _table.Table.LoadAsync(database, null, ReadTable.Row);
    }

    [Test]
    public async Task AMemberOfTheOwner_ThatInheritsNothing_InstallsAgain()
    {
        await GiveAwayAsync();
        var member = _role + "m";
        await _table.ExecuteAsync($"CREATE ROLE {member} NOINHERIT IN ROLE {_role}");
        await using (var connection = await TestServer.DataSource.OpenConnectionAsync())
        {
            await using (var command = new NpgsqlCommand($"SET ROLE {member}", connection))
                await command.ExecuteNonQueryAsync();
            await _table.Table.InstallAsync(connection);

            Assert.That(async () => await _table.Table.InstallAsync(connection), Throws.Nothing);
            Assert.That(await _table.Table.IsInstalledAsync(connection), Is.False, "it can't look at the stamps");
        }

        Assert.That(await _table.Table.IsInstalledAsync(TestServer.DataSource), Is.True);
        await _table.Table.RemoveAsync(TestServer.DataSource);
        await _table.ExecuteAsync($"DROP ROLE {member}");
        await TakeBackAsync();
    }

    // A role that may own things in the schema, as the owner of a table has to.
    async Task GiveAwayAsync()
    {
        await _table.Table.RemoveAsync(TestServer.DataSource);
        await _table.ExecuteAsync($"{LockPublicSchema}; GRANT CREATE ON SCHEMA public TO {_role}; ALTER TABLE {_table.Name} OWNER TO {_role}");
    }

    Task<object?> TakeBackAsync() => _table.ExecuteAsync($"ALTER TABLE {_table.Name} OWNER TO CURRENT_USER");

    static ContainsConstraint ThrowsDenied(string what) => Throws.TypeOf<PostgresException>()
        .With.Property("SqlState").EqualTo(PostgresErrorCodes.InsufficientPrivilege).And.Message.Contains(what);

    async Task RunAsync(string sql)
    {
        var transaction = await _table.BeginAsync($"SET LOCAL ROLE {_role}");
        try
        {
            await ReadTable.RunAsync(transaction, sql);
        }
        catch
        {
            await ReadTable.EndAsync(transaction, commit: false);
            throw;
        }

        await ReadTable.EndAsync(transaction);
    }
}
