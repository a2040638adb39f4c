using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

[Parallelizable(ParallelScope.All)]
public sealed class TriggerTransactionTests
{
    [Test]
    public async Task RowsThatComeAndGoInOneTransaction_AreAllReported([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE a (id int PRIMARY KEY)");
        await stage.InstallAsync("a", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel });

        // The server delivers equal payloads of one transaction once.
        Assert.That(
            (await stage.ReportedByAsync("""
                INSERT INTO a VALUES (1); DELETE FROM a; INSERT INTO a VALUES (1); TRUNCATE a; INSERT INTO a VALUES (1); TRUNCATE a
                """)).SelectMany(Payload.Entries),
            Is.EqualTo(new[]
            {
                """insert {"op":"insert","new":{"id":1}}""",
                """delete {"op":"delete","old":{"id":1}}""",
                """insert {"op":"insert","new":{"id":1}}""",
                "truncate",
                """insert {"op":"insert","new":{"id":1}}""",
                "truncate",
            }));
    }

    [Test]
    public async Task WhatIsRolledBack_IsNotReported()
    {
        await using var stage = await TableStage.CreateAsync(
            "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Keys });

        Assert.That(await stage.ReportedByAsync("BEGIN; DELETE FROM t; ROLLBACK"), Is.Empty);
        Assert.That(
            (await stage.ReportedByAsync("""
                BEGIN;
                DELETE FROM t WHERE id = 1;
                SAVEPOINT s; DELETE FROM t WHERE id = 2; ROLLBACK TO s;
                DELETE FROM t WHERE id = 3;
                COMMIT
                """)).SelectMany(Payload.Entries),
            Is.EqualTo(new[] { """delete {"op":"delete","old":{"id":1}}""", """delete {"op":"delete","old":{"id":3}}""" }));
    }

    [Test]
    public async Task RowsThatFunctionsWithSettingsOfTheirOwnWrite_AreAllReported()
    {
        await using var stage = await TableStage.CreateAsync("""
            CREATE TABLE t (id int PRIMARY KEY);
            CREATE FUNCTION put() RETURNS void LANGUAGE sql SET work_mem = '1MB' AS 'INSERT INTO t VALUES (1)';
            CREATE FUNCTION clear() RETURNS void LANGUAGE plpgsql SET work_mem = '2MB' AS $$
            BEGIN
                BEGIN
                    INSERT INTO t VALUES (2);
                    RAISE 'undone';
                EXCEPTION WHEN others THEN
                    DELETE FROM t;
                END;
            END $$;
            """);
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Keys });

        Assert.That(
            (await stage.ReportedByAsync("SELECT put(); SELECT clear(); SELECT put(); SELECT clear(); SELECT put()")).SelectMany(Payload.Entries)
                .Select(entry => entry.Split(' ')[0]),
            Is.EqualTo(new[] { "insert", "delete", "insert", "delete", "insert" }));
    }

    [Test]
    public async Task RowsThatAForeignKeyDeletes_AreReportedWithTheOthers()
    {
        await using var stage = await TableStage.CreateAsync("""
            CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree ON DELETE CASCADE);
            INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2);
            """);
        await stage.InstallAsync("tree", new() { Payload = TriggerPayload.Keys });

        Assert.That((await stage.ReportedByAsync("DELETE FROM tree WHERE id = 1")).SelectMany(Payload.Entries), Is.EquivalentTo(new[]
        {
            """delete {"op":"delete","old":{"id":1}}""",
            """delete {"op":"delete","old":{"id":2}}""",
            """delete {"op":"delete","old":{"id":3}}""",
        }));
    }

    [Test]
    public async Task InstallingAgain_LetsReadersGoOn()
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY)");
        await using var reader = await stage.ConnectAsync();
        await using var transaction = await reader.BeginTransactionAsync();
        await TableStage.ExecuteAsync(reader, "SELECT count(*) FROM t");
        await using var installer = await stage.ConnectAsync();
        await TableStage.ExecuteAsync(installer, "SET lock_timeout = '20s'");

        await stage.Trigger("t").InstallAsync(installer);
        await stage.Trigger("t", new() { Payload = TriggerPayload.Rows }).InstallAsync(installer);

        Assert.That(await TableStage.ExecuteAsync(reader, "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 't'::regclass"), Is.Zero);
    }

    [Test, LongTest]
    public async Task PreparedTransaction_IsRefusedByTheServer()
    {
        await using var server = await TestServer.StartOwnAsync(options => options.Settings["max_prepared_transactions"] = "1");
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await database.CreateCommand("CREATE TABLE t (id int PRIMARY KEY)").ExecuteNonQueryAsync();
        await new TableTrigger("t", "t").InstallAsync(database);
        await using var connection = await database.OpenConnectionAsync();

        await TableStage.ExecuteAsync(connection, "BEGIN; INSERT INTO t VALUES (1)");
        Assert.That(
            () => TableStage.ExecuteAsync(connection, "PREPARE TRANSACTION 'x'"),
            Throws.TypeOf<PostgresException>().With.Property("SqlState").EqualTo("0A000"), "as docs/table-changes.md says");
    }

    [Test, LongTest]
    public async Task TheLimit_CountsBytesOfTheDatabasesEncoding()
    {
        await using var server = await TestServer.StartOwnAsync(options => options.Encoding = "LATIN1");
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await database.CreateCommand("CREATE TABLE \"é\" (id int PRIMARY KEY, \"ü\" text)").ExecuteNonQueryAsync();
        await using var listener = new PgListener(database);
        var recorder = new Recorder<Notification>();
        using var subscription = await listener.Channel("ä").SubscribeAsync(recorder);
        await new TableTrigger("é", "ä", options: new() { Payload = TriggerPayload.Rows }).InstallAsync(database);

        await database.CreateCommand("INSERT INTO \"é\" VALUES (1, repeat('ö', 7800)), (2, '')").ExecuteNonQueryAsync();
        await database.CreateCommand("INSERT INTO \"é\" VALUES (3, repeat('ö', 8000))").ExecuteNonQueryAsync();
        await recorder.UntilCountAsync(2);

        Assert.That(recorder.Items.Select(notification => Payload.Kind(notification.Payload)), Is.EqualTo(new[] { "rows", "keys" }));
        Assert.That(recorder.Items[0].Payload, Does.Contain(new string('ö', 7_800)));
    }
}
