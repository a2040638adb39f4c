using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

/// <summary>What is reported of a table that was altered after the installation: what is true, or that it was altered.</summary>
[TestFixture(null)]
[TestFixture(18)]
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class AlteredTableTests(int? version)
{
    const string Table = "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int); INSERT INTO t VALUES (1, 1, 1), (2, 2, 2);";

    PostgresServer? _server;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        if (version is { } wanted)
            _server = await TestServer.StartOwnAsync(options => options.Version = wanted);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Test]
    public async Task WhatChangesNoKey_IsReportedAsItIs([Values] bool rowLevel)
    {
        await using var stage = await CreateAsync(Table);
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel });

        await stage.ExecuteAsync("ALTER TABLE t ADD c text DEFAULT 'x', ADD d int GENERATED ALWAYS AS (a * 2) STORED");
        Assert.That(await RowsAsync(stage, "INSERT INTO t VALUES (3, 3)"), Is.EqualTo(new[]
        {
            """insert {"op":"insert","new":{"id":3,"a":3,"b":null,"c":"x","d":6}}""",
        }));
        await stage.ExecuteAsync("ALTER TABLE t DROP d, DROP b; ALTER TABLE t RENAME c TO e; ALTER TABLE t ALTER a TYPE text");
        Assert.That(await RowsAsync(stage, "UPDATE t SET a = 'y' WHERE id = 3; DELETE FROM t WHERE id = 3"), Is.EqualTo(new[]
        {
            """update {"op":"update","new":{"id":3,"a":"y","e":"x"}}""",
            """delete {"op":"delete","old":{"id":3,"a":"y","e":"x"}}""",
        }));
    }

    [TestCase(TriggerPayload.Keys)]
    [TestCase(TriggerPayload.Columns)]
    public async Task ColumnsThatAreNotReported_MayComeAndGo(TriggerPayload payload)
    {
        await using var stage = await CreateAsync(Table);
        foreach (var rowLevel in new[] { false, true })
        {
            await stage.ExecuteAsync("ALTER TABLE t ADD IF NOT EXISTS b int");
            await stage.InstallAsync("t", Options(payload, rowLevel));
            await stage.ExecuteAsync("ALTER TABLE t DROP b, ADD c int, ALTER a TYPE bigint");

            Assert.That((await stage.ReportedByAsync("UPDATE t SET c = 1 WHERE id = 1")).Select(Payload.Kind), Is.EqualTo(new[] { "rows" }));
            await stage.ExecuteAsync("ALTER TABLE t DROP c");
        }
    }

    [Test]
    public async Task AnotherPrimaryKey_IsSaid_UntilInstalledAgain(
        [Values(TriggerPayload.Keys, TriggerPayload.Columns, TriggerPayload.Rows)] TriggerPayload payload,
        [Values] bool rowLevel,
        [Values("ADD PRIMARY KEY (id, a)", "ADD PRIMARY KEY (a)", "ADD UNIQUE (id)")] string instead)
    {
        await using var stage = await CreateAsync(Table);
        await stage.InstallAsync("t", Options(payload, rowLevel));

        await stage.ExecuteAsync($"ALTER TABLE t DROP CONSTRAINT t_pkey, {instead}");
        var reported = await stage.ReportedByAsync("UPDATE t SET a = 3 WHERE id = 1; INSERT INTO t VALUES (4, 4); DELETE FROM t WHERE id = 4");
        Assert.That(reported, Is.EqualTo(new[]
        {
            """{"schema":"S","table":"t","op":"update","seq":1,"count":1,"altered":true}""",
            """{"schema":"S","table":"t","op":"insert","seq":2,"count":1,"altered":true}""",
            """{"schema":"S","table":"t","op":"delete","seq":3,"count":1,"altered":true}""",
        }));

        await stage.InstallAsync("t", new() { Payload = payload, Columns = Options(payload, false).Columns, RowLevel = rowLevel, KeyColumns = instead.EndsWith("(id)", StringComparison.Ordinal) ? ["id"] : [] });
        Assert.That((await stage.ReportedByAsync("UPDATE t SET b = 3 WHERE id = 1")).Select(Payload.Kind), Is.EqualTo(new[] { "rows" }));
    }

    [Test]
    public async Task NamesThatChangePlaces_AreAnotherKey([Values] bool rowLevel)
    {
        await using var stage = await CreateAsync(Table);
        await stage.InstallAsync("t", Options(TriggerPayload.Rows, rowLevel));
        await stage.ExecuteAsync("ALTER TABLE t RENAME id TO x; ALTER TABLE t RENAME a TO id; ALTER TABLE t RENAME x TO a");

        Assert.That((await stage.ReportedByAsync("UPDATE t SET b = 3")).Select(Payload.Kind).Distinct(), Is.EqualTo(new[] { "altered" }));
    }

    [TestCase("DROP CONSTRAINT t_pkey, DROP CONSTRAINT other")]
    [TestCase("DROP CONSTRAINT other")]
    [TestCase("ALTER a DROP NOT NULL")]
    [TestCase("DROP a")]
    public async Task AGivenKeyThatIsNoneAnyMore_IsSaid(string alteration)
    {
        await using var stage = await CreateAsync(Table + "ALTER TABLE t ADD CONSTRAINT other UNIQUE (a)");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, KeyColumns = ["a"] });
        await stage.ExecuteAsync("ALTER TABLE t ADD c int");
        Assert.That((await stage.ReportedByAsync("UPDATE t SET b = 3")).Select(Payload.Kind), Is.EqualTo(new[] { "rows" }));
        await stage.ExecuteAsync($"ALTER TABLE t {alteration}");

        Assert.That((await stage.ReportedByAsync("UPDATE t SET b = 4")).Select(Payload.Kind), Is.EqualTo(new[] { "altered" }));
    }

    [Test]
    public async Task AKeyThatComes_ChangesNothingUntilInstalledAgain([Values] bool rowLevel)
    {
        await using var stage = await CreateAsync("CREATE TABLE t (id int, a int); INSERT INTO t VALUES (1, 1)");
        await stage.InstallAsync("t", Options(TriggerPayload.Rows, rowLevel));
        await stage.ExecuteAsync("ALTER TABLE t ADD PRIMARY KEY (id)");

        Assert.That(await RowsAsync(stage, "UPDATE t SET a = 2"), Is.EqualTo(new[]
        {
            """update {"op":"delete","old":{"id":1,"a":1}}""",
            """update {"op":"insert","new":{"id":1,"a":2}}""",
        }));
    }

    [Test]
    public async Task AColumnOfTheFilterThatIsGone_OrAnotherKey_ReportsEveryUpdate([Values] TriggerPayload payload)
    {
        await using var stage = await CreateAsync(Table);
        var options = Options(payload, rowLevel: false);
        options.ColumnFilter = ["b"];
        await stage.InstallAsync("t", options);
        Assert.That(await stage.ReportedByAsync("UPDATE t SET a = 3 WHERE id = 1"), Is.Empty);

        // Far behind others, two rows of one key change places: each finds one of its key and its value among the old ones.
        await stage.ExecuteAsync("""
            ALTER TABLE t DROP CONSTRAINT t_pkey;
            INSERT INTO t SELECT i, 0, 0 FROM generate_series(10, 300) AS i;
            INSERT INTO t VALUES (500, 4, 4), (500, 5, 1)
            """);
        await stage.ReportedAsync();
        Assert.That(
            (await stage.ReportedByAsync("UPDATE t SET b = CASE a WHEN 4 THEN 1 WHEN 5 THEN 4 ELSE b END")).Select(Payload.Kind),
            Is.EqualTo(new[] { "altered" }));
        await stage.ExecuteAsync("ALTER TABLE t DROP b");
        Assert.That((await stage.ReportedByAsync("UPDATE t SET a = 5")).Select(Payload.Kind), Is.EqualTo(new[] { "altered" }));
    }

    [Test]
    public async Task WhatOnesOwnTransactionAlters_IsNoticedInBetween([Values] bool rowLevel, [Values("on", "off")] string trackCounts)
    {
        await using var stage = await CreateAsync(Table);
        await stage.InstallAsync("t", Options(TriggerPayload.Columns, rowLevel));
        var reported = await stage.ReportedByAsync($"""
            SET track_counts = {trackCounts};
            BEGIN;
            UPDATE t SET b = 3;
            UPDATE t SET b = 4;
            SAVEPOINT s;
            ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, a);
            UPDATE t SET b = 5;
            ROLLBACK TO s;
            UPDATE t SET b = 6;
            ALTER TABLE t DROP b, ADD c int;
            UPDATE t SET c = 7;
            ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, a);
            UPDATE t SET c = 8;
            COMMIT
            """);

        string[] kinds = ["rows", "rows", "rows", "rows", "altered"];
        Assert.That(reported.Select(Payload.Kind), Is.EqualTo(rowLevel ? kinds.SelectMany(kind => new[] { kind, kind }) : kinds));
    }

    [Test]
    public async Task WhatIsAlteredBehindAnOldSnapshot_IsNoticed([Values] bool rowLevel, [Values("t_pkey", "other")] string key)
    {
        await using var stage = await CreateAsync(Table + "ALTER TABLE t ADD CONSTRAINT other UNIQUE (a)");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel, KeyColumns = key == "other" && !rowLevel ? ["a"] : [] });
        await using var connection = await stage.ConnectAsync();
        await TableStage.ExecuteAsync(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
        await stage.ExecuteAsync($"ALTER TABLE t DROP CONSTRAINT {(rowLevel ? "t_pkey" : key)}");
        await TableStage.ExecuteAsync(connection, "UPDATE t SET b = 3 WHERE id = 1; COMMIT");

        Assert.That((await stage.ReportedAsync()).Select(Payload.Kind), Is.EqualTo(new[] { "altered" }));
    }

    [Test]
    public async Task PartitionsOfOtherOrderAndKeys_AreReported([Values] bool rowLevel)
    {
        await using var stage = await CreateAsync("""
            CREATE TABLE t (id int, a int) PARTITION BY LIST (id);
            CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
            CREATE TABLE t2 (gone int, a int, id int PRIMARY KEY);
            ALTER TABLE t2 DROP gone;
            ALTER TABLE t ATTACH PARTITION t2 FOR VALUES IN (2);
            """);
        foreach (var key in new[] { "", "ALTER TABLE t2 DROP CONSTRAINT t2_pkey; ALTER TABLE t ADD PRIMARY KEY (id)" })
        {
            if (key.Length > 0)
                await stage.ExecuteAsync(key);
            await stage.InstallAsync("t", Options(TriggerPayload.Rows, rowLevel));
            var reported = await stage.ReportedByAsync("INSERT INTO t VALUES (1, 1), (2, 2); UPDATE t SET a = 3; UPDATE t2 SET a = 4; DELETE FROM t2; DELETE FROM t");
            Assert.That(reported.Select(Payload.Kind).Distinct(), Is.EqualTo(new[] { "rows" }));
        }

        await stage.ExecuteAsync("ALTER TABLE t DROP CONSTRAINT t_pkey");
        Assert.That((await stage.ReportedByAsync("INSERT INTO t2 (id) VALUES (2); INSERT INTO t VALUES (1)")).Select(Payload.Kind), Is.EqualTo(new[] { "altered", "altered" }));
    }

    [Test]
    public async Task AColumnOfAnotherType_IsReportedOrSaid_ByASessionThatWroteBefore([Values] bool rowLevel)
    {
        await using var stage = await CreateAsync(Table);
        await stage.InstallAsync("t", Options(TriggerPayload.Columns, rowLevel));
        await using var connection = await stage.ConnectAsync();
        await TableStage.ExecuteAsync(connection, "UPDATE t SET a = 3 WHERE id = 1; ALTER TABLE t ALTER a TYPE text; UPDATE t SET a = 'x' WHERE id = 1");

        // What a session has planned for values of the former type, it may have forgotten in time.
        var reported = await stage.ReportedAsync();
        Assert.That(reported.Select(Payload.Kind), Is.EqualTo(new[] { "rows", "rows" }).Or.EqualTo(new[] { "rows", rowLevel ? "altered" : "rows" }));
        Assert.That((await stage.ReportedByAsync("UPDATE t SET a = 'y' WHERE id = 1")).SelectMany(Payload.Entries), Is.EqualTo(new[]
        {
            """update {"op":"update","new":{"id":1,"a":"y"}}""",
        }), "by a new one");
    }

    Task<TableStage> CreateAsync(string sql) => TableStage.CreateAsync(sql, connectionString: _server?.ConnectionString);

    static TableTriggerOptions Options(TriggerPayload payload, bool rowLevel) => new()
    {
        Payload = payload,
        Columns = payload == TriggerPayload.Columns ? ["id", "a"] : [],
        RowLevel = rowLevel,
    };

    static async Task<IEnumerable<string>> RowsAsync(TableStage stage, string sql) => (await stage.ReportedByAsync(sql)).SelectMany(Payload.Entries);
}
