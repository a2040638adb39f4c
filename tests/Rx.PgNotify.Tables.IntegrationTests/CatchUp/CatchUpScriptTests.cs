using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.CatchUp;

/// <summary>The installation and what it leaves behind.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CatchUpScriptTests
{
    [Test]
    public async Task Install_Again_ChangesNothing()
    {
        var table = await ReadTable.CreateAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a'), (2, 'b')");
        await table.ReadAsync();
        await table.ExecuteAsync($"DELETE FROM {table.Name} WHERE id = 2");
        var before = await DescribeAsync(table);

        await table.Table.InstallAsync(TestServer.DataSource);

        Assert.That(await DescribeAsync(table), Is.EqualTo(before));
        Assert.That(await table.ReadAsync(), Is.EqualTo("-2"), "the cursor holds good, and no row is new");
    }

    [Test]
    public async Task Install_ByEightAtOnce_WhileOthersWrite_Succeeds()
    {
        var table = await ReadTable.CreateBareAsync();
        var writer = await table.BeginAsync($"INSERT INTO {table.Name} VALUES (1, 'a')");
        var installing = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => table.Table.InstallAsync(TestServer.DataSource)));
        await Eventually.IsTrueAsync(async () => await table.ExecuteAsync(
            $"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '{table.Name}'::regclass") is 8L);
        await ReadTable.EndAsync(writer);
        await installing;

        Assert.That(await table.ReadAsync(), Is.EqualTo("1=a"));
        Assert.That(await table.ReadAsync(), Is.Empty);
    }

    [Test]
    public async Task Install_OfATableWhoseTombstonesGetTooLongAName_IsRefused()
    {
        var name = new string('\u0386', 16); // 32 bytes of UTF-8, 48 there, and 17 before them
        await using var database = await EncodedDatabase.CreateAsync("EUC_JP");
        await database.ExecuteAsync($"CREATE TABLE \"{name}\" (id int PRIMARY KEY); CREATE TABLE \"{name[1..]}\" (id int PRIMARY KEY)");
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);

        Assert.That(
            async () => await new CatchUpTable(name, "id").InstallAsync(source),
            Throws.TypeOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo("42622")
                .And.Message.Contains($"catch_up_deleted_{name} has 65"));
        await new CatchUpTable(name[1..], "id").InstallAsync(source);
    }

    [Test]
    public async Task Remove_LeavesTheTableAsItWas_AlsoTwice()
    {
        var table = await ReadTable.CreateBareAsync();
        var before = await DescribeAsync(table);
        await table.Table.InstallAsync(TestServer.DataSource);
        Assert.That(await DescribeAsync(table), Is.Not.EqualTo(before));

        await table.Table.RemoveAsync(TestServer.DataSource);
        await table.Table.RemoveAsync(TestServer.DataSource);

        Assert.That(await DescribeAsync(table), Is.EqualTo(before));
        Assert.That(
            table.LoadAsync, Throws.TypeOf<PostgresException>().With.Message.Contains(table.Tombstones), "it says what is missing");
    }

    [TestCase("(id int, value text)", TestName = "Install_WithAKeyThatIsNone_IsRefused_AndNothingIsLeft(no index)")]
    [TestCase("(id int UNIQUE, value text)", TestName = "Install_WithAKeyThatIsNone_IsRefused_AndNothingIsLeft(may be null)")]
    [TestCase("(id int, value text, PRIMARY KEY (id, value))", TestName = "Install_WithAKeyThatIsNone_IsRefused_AndNothingIsLeft(a part of it)")]
    public async Task Install_WithAKeyThatIsNone_IsRefused_AndNothingIsLeft(string columns)
    {
        var table = await ReadTable.CreateBareAsync(columns);
        var before = await DescribeAsync(table);

        Assert.That(
            () => table.Table.InstallAsync(TestServer.DataSource),
            Throws.TypeOf<PostgresException>().With.Message.Contains("neither primary key nor unique and NOT NULL"));
        Assert.That(await DescribeAsync(table), Is.EqualTo(before));
    }

    [Test]
    public async Task Install_WithAnotherKeyThanBefore_IsRefused_AndDeletionsGoOn()
    {
        var table = await ReadTable.CreateAsync("(id int PRIMARY KEY, value text NOT NULL UNIQUE)");
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a')");
        await table.ReadAsync();

        Assert.That(
            () => new CatchUpTable(table.Name, "value").InstallAsync(TestServer.DataSource),
            Throws.TypeOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.UndefinedColumn));
        await table.ExecuteAsync($"DELETE FROM {table.Name}");
        Assert.That(await table.ReadAsync(), Is.EqualTo("-1"));
    }

    [TestCase("x\"; DROP TABLE victim; --")]
    [TestCase("x'; DROP TABLE victim; --")]
    [TestCase("$body$; DROP TABLE victim; $body0$")]
    [TestCase("a\\'; DROP TABLE victim; --")]
    [TestCase("found")]
    [TestCase("tg_op")]
    [TestCase("older_than")]
    [TestCase("deleted")]
    [TestCase("{0} $1 :p @p %s \r\n é")]
    public async Task AName_WhateverItIs_IsOnlyAName(string name)
    {
        var schema = UniqueChannel.Name("s");
        var (quoted, column) = ($"{schema}.{Quote(name)}", Quote(name));
        await using var database = new NpgsqlDataSourceBuilder($"{TestServer.ConnectionString};Search Path={schema}").Build();
        await ExecuteAsync(database, $"CREATE SCHEMA {schema}; CREATE TABLE {schema}.victim (); CREATE TABLE {quoted} ({column} int PRIMARY KEY, b int)");
        var table = new CatchUpTable(name, [name], schema);

        await table.InstallAsync(database);
        await table.InstallAsync(database);
        await ExecuteAsync(database, $"INSERT INTO {quoted} VALUES (1, 1), (2, 2), (3, 3)");
        var first = await table.LoadAsync(database, null, ReadTable.Row);
        Assert.That(first.Rows, Is.EquivalentTo(new[] { "1=1", "2=2", "3=3" }));
        await ExecuteAsync(database, $"DELETE FROM {quoted} WHERE b = 2; UPDATE {quoted} SET {column} = 4 WHERE b = 3");
        var second = await table.LoadAsync(database, first.Cursor, ReadTable.Row, key => $"-{ReadTable.Row(key)}");
        Assert.That(second.Rows, Is.EquivalentTo(new[] { "-2", "-3", "4=3" }));
        Assert.That(await table.PurgeAsync(database, TimeSpan.FromDays(1)), Is.Zero);
        await ExecuteAsync(database, $"TRUNCATE {quoted}");
        await table.RemoveAsync(database);

        Assert.That(await ExecuteAsync(database, $"SELECT string_agg(relname, '/' ORDER BY relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = '{schema}'::regnamespace"),
            Is.EqualTo(string.Join('/', new[] { "victim", name }.Order(StringComparer.Ordinal))).Or.EqualTo($"victim/{name}"));
        await ExecuteAsync(database, $"DROP SCHEMA {schema} CASCADE");
    }

    static string Quote(string name) => $"\"{name.Replace("\"", "\"\"")}\"";

    static async Task<object?> ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    // Columns, indexes, triggers, and what is named after the table.
    static async Task<string> DescribeAsync(ReadTable table) => (string)(await table.ExecuteAsync($"""
        SELECT string_agg(what, ', ' ORDER BY what COLLATE "C") FROM (
            SELECT concat_ws(' ', 'column', attrelid::regclass, attname, atttypid::regtype, attnotnull) AS what
                FROM pg_attribute WHERE attrelid IN (to_regclass('{table.Name}'), to_regclass('{table.Tombstones}')) AND attnum > 0 AND NOT attisdropped
            UNION ALL SELECT concat_ws(' ', 'index', indexrelid::regclass) FROM pg_index
                WHERE indrelid IN (to_regclass('{table.Name}'), to_regclass('{table.Tombstones}'))
            UNION ALL SELECT concat_ws(' ', 'trigger', tgname, tgenabled) FROM pg_trigger WHERE tgrelid = '{table.Name}'::regclass
            UNION ALL SELECT concat_ws(' ', 'function', oid::regprocedure) FROM pg_proc WHERE proname LIKE '%{table.Name}%') AS everything
        """))!;
}
