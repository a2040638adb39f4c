using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

/// <summary>Virtual generated columns, which PostgreSQL has from 18 on: in a trigger they read as null.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class VirtualColumnTests
{
    const string Table = "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int); INSERT INTO t VALUES (1, 1, 1);";
    const string AddVirtual = "ALTER TABLE t ADD v int GENERATED ALWAYS AS (a * 2) VIRTUAL";

    PostgresServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await TestServer.StartOwnAsync(options => options.Version = 18);

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task OneThatComes_IsSaid_UntilInstalledAgain([Values] bool rowLevel, [Values] bool includeOld, [Values] bool sameSession)
    {
        await using var stage = await CreateAsync(Table);
        var options = new TableTriggerOptions { Payload = TriggerPayload.Rows, RowLevel = rowLevel, IncludeOld = includeOld };
        await stage.InstallAsync("t", options);
        await using var connection = await stage.ConnectAsync();
        if (sameSession)
            await TableStage.ExecuteAsync(connection, "UPDATE t SET a = 2; INSERT INTO t VALUES (9, 9); DELETE FROM t WHERE id = 9");
        await stage.ReportedAsync();

        await stage.ExecuteAsync(AddVirtual);
        await TableStage.ExecuteAsync(connection, "INSERT INTO t VALUES (2, 2); UPDATE t SET a = 3 WHERE id = 2; DELETE FROM t WHERE id = 2");
        Assert.That(await stage.ReportedAsync(), Is.EqualTo(new[]
        {
            """{"schema":"S","table":"t","op":"insert","seq":1,"count":1,"altered":true}""",
            """{"schema":"S","table":"t","op":"update","seq":2,"count":1,"altered":true}""",
            """{"schema":"S","table":"t","op":"delete","seq":3,"count":1,"altered":true}""",
        }));

        await stage.InstallAsync("t", options);
        await TableStage.ExecuteAsync(connection, "INSERT INTO t VALUES (3, 3)");
        Assert.That((await stage.ReportedAsync()).SelectMany(Payload.Entries), Is.EqualTo(new[]
        {
            """insert {"op":"insert","new":{"id":3,"a":3,"b":null}}""",
        }));
    }

    [Test]
    public async Task InATableThatHasOne_TheStampOfCatchUp_IsNeitherAnAlterationNorReported([Values] bool rowLevel)
    {
        await using var stage = await CreateAsync(Table + AddVirtual);
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel });
        await using var database = Npgsql.NpgsqlDataSource.Create(_server.ConnectionString);
        await new CatchUpTable("t", "id", stage.Schema).InstallAsync(database);
        Assert.That(await RowsAsync(stage), Is.EqualTo(new[] { """insert {"op":"insert","new":{"id":7,"a":7,"b":null}}""" }), "installed before it");

        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel });
        Assert.That(await RowsAsync(stage), Is.EqualTo(new[] { """insert {"op":"insert","new":{"id":7,"a":7,"b":null}}""" }), "installed after it");

        static async Task<IEnumerable<string>> RowsAsync(TableStage stage)
        {
            await stage.ExecuteAsync("DELETE FROM t WHERE id = 7");
            await stage.ReportedAsync();
            return (await stage.ReportedByAsync("INSERT INTO t VALUES (7, 7)")).SelectMany(Payload.Entries);
        }
    }

    [Test]
    public async Task OneThatTakesTheNameOfAColumnThatIsReported_IsSaid(
        [Values(TriggerPayload.Columns, TriggerPayload.Rows)] TriggerPayload payload, [Values] bool rowLevel)
    {
        await using var stage = await CreateAsync(Table);
        await stage.InstallAsync("t", new() { Payload = payload, Columns = payload == TriggerPayload.Columns ? ["id", "b"] : [], RowLevel = rowLevel });
        await stage.ExecuteAsync("ALTER TABLE t DROP b, ADD b int GENERATED ALWAYS AS (a * 2) VIRTUAL");

        Assert.That((await stage.ReportedByAsync("UPDATE t SET a = 2")).Select(Payload.Kind), Is.EqualTo(new[] { "altered" }));
    }

    [Test]
    public async Task OneThatTakesTheNameOfAGivenKey_IsSaid()
    {
        await using var stage = await CreateAsync(Table);
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Keys, KeyColumns = ["b"], RowLevel = true });
        await stage.ExecuteAsync("ALTER TABLE t DROP b, ADD b int GENERATED ALWAYS AS (a * 2) VIRTUAL");

        Assert.That((await stage.ReportedByAsync("UPDATE t SET a = 2")).Select(Payload.Kind), Is.EqualTo(new[] { "altered" }));
    }

    [Test]
    public async Task OneThatTakesTheNameOfAFiltersColumn_SilencesNoUpdate([Values] TriggerPayload payload)
    {
        await using var stage = await CreateAsync(Table);
        await stage.InstallAsync("t", new()
        {
            Payload = payload,
            Columns = payload == TriggerPayload.Columns ? ["id"] : [],
            ColumnFilter = ["b"],
        });
        await stage.ExecuteAsync("ALTER TABLE t DROP b, ADD b int GENERATED ALWAYS AS (a * 2) VIRTUAL");

        Assert.That((await stage.ReportedByAsync("UPDATE t SET a = 2")).Select(Payload.Kind), Is.EqualTo(new[] { "altered" }));
    }

    [Test]
    public async Task WhatIsNotReported_MayBeVirtual([Values(TriggerPayload.Keys, TriggerPayload.Columns)] TriggerPayload payload, [Values] bool rowLevel)
    {
        await using var stage = await CreateAsync(Table);
        await stage.InstallAsync("t", new() { Payload = payload, Columns = payload == TriggerPayload.Columns ? ["id", "b"] : [], RowLevel = rowLevel });
        await stage.ExecuteAsync(AddVirtual);

        Assert.That((await stage.ReportedByAsync("UPDATE t SET a = 2")).Select(Payload.Kind), Is.EqualTo(new[] { "rows" }));
    }

    [Test]
    public async Task WhereThereWasOne_OtherVirtualColumnsMayComeAndGo_ButStoredOnesAreSaid([Values] bool rowLevel)
    {
        await using var stage = await CreateAsync(Table + AddVirtual);
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel });

        foreach (var (alteration, kind) in new[]
        {
            ("ADD w int GENERATED ALWAYS AS (a * 3) VIRTUAL", "rows"),
            ("DROP v", "rows"),
            ("DROP w", "rows"),
            ("ADD c int", "altered"),
            ("DROP c", "rows"),
            ("RENAME b TO c", "altered"),
        })
        {
            await stage.ExecuteAsync($"ALTER TABLE t {alteration}");
            Assert.That((await stage.ReportedByAsync("UPDATE t SET a = a + 1")).Select(Payload.Kind), Is.EqualTo(new[] { kind }), alteration);
        }
    }

    [Test]
    public async Task OneThatOnesOwnTransactionAdds_IsNoticed([Values] bool rowLevel)
    {
        await using var stage = await CreateAsync(Table);
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel });

        var reported = await stage.ReportedByAsync($"BEGIN; UPDATE t SET a = 2; {AddVirtual}; UPDATE t SET a = 3; ALTER TABLE t DROP v; UPDATE t SET a = 4; COMMIT");
        Assert.That(reported.Select(Payload.Kind), Is.EqualTo(new[] { "rows", "altered", "rows" }));
    }

    [Test]
    public async Task OneThatCameBehindAnOldSnapshot_IsNoticed(
        [Values] bool rowLevel, [Values("REPEATABLE READ", "SERIALIZABLE")] string level, [Values(AddVirtual, "ALTER TABLE t DROP b, ADD b int GENERATED ALWAYS AS (a * 2) VIRTUAL")] string alteration)
    {
        await using var stage = await CreateAsync(Table);
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel });
        await using var connection = await stage.ConnectAsync();
        await TableStage.ExecuteAsync(connection, $"BEGIN ISOLATION LEVEL {level}; SELECT 1");
        await stage.ExecuteAsync(alteration);
        await TableStage.ExecuteAsync(connection, "INSERT INTO t VALUES (2, 2); COMMIT");

        Assert.That((await stage.ReportedAsync()).Select(Payload.Kind), Is.EqualTo(new[] { "altered" }));
    }

    [Test]
    public async Task APartitionedTable_IsReportedAsOthersAre([Values] bool rowLevel)
    {
        await using var stage = await CreateAsync(
            "CREATE TABLE t (id int PRIMARY KEY, a int, b int) PARTITION BY LIST (id); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1)");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel });
        await stage.ExecuteAsync(AddVirtual);

        Assert.That((await stage.ReportedByAsync("INSERT INTO t VALUES (1); UPDATE t1 SET a = 2")).Select(Payload.Kind), Is.EqualTo(new[] { "altered", "altered" }));
    }

    Task<TableStage> CreateAsync(string sql) => TableStage.CreateAsync(sql, connectionString: _server.ConnectionString);
}
