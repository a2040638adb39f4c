namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

[Parallelizable(ParallelScope.All)]
public sealed class TriggerPayloadTests
{
    const string Orders = """
        CREATE TABLE orders (id int PRIMARY KEY, status text NOT NULL DEFAULT 'open', amount numeric);
        INSERT INTO orders VALUES (1, 'open', 1), (2, 'open', 2), (3, 'open', 3);
        """;

    const string Changes = """
        INSERT INTO orders VALUES (4), (5);
        UPDATE orders SET status = 'paid' WHERE id < 3;
        DELETE FROM orders WHERE id = 3;
        TRUNCATE orders;
        """;

    [Test]
    public async Task Bare_ReportsSchemaTableAndOperation()
    {
        await using var stage = await TableStage.CreateAsync(Orders);
        await stage.InstallAsync("orders");

        Assert.That(await stage.ReportedByAsync(Changes), Is.EqualTo(new[]
        {
            """{"schema":"S","table":"orders","op":"insert"}""",
            """{"schema":"S","table":"orders","op":"update"}""",
            """{"schema":"S","table":"orders","op":"delete"}""",
            """{"schema":"S","table":"orders","op":"truncate"}""",
        }));
    }

    [Test]
    public async Task RowCount_ReportsHowManyRows()
    {
        await using var stage = await TableStage.CreateAsync(Orders);
        await stage.InstallAsync("orders", new() { Payload = TriggerPayload.RowCount });

        Assert.That(await stage.ReportedByAsync(Changes), Is.EqualTo(new[]
        {
            """{"schema":"S","table":"orders","op":"insert","seq":1,"count":2}""",
            """{"schema":"S","table":"orders","op":"update","seq":2,"count":2}""",
            """{"schema":"S","table":"orders","op":"delete","seq":3,"count":1}""",
            """{"schema":"S","table":"orders","op":"truncate","seq":3}""",
        }));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Keys_ReportsThePrimaryKeyOfEachRow(bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync(Orders);
        await stage.InstallAsync("orders", new() { Payload = TriggerPayload.Keys, RowLevel = rowLevel });

        Assert.That(Entries(await stage.ReportedByAsync(Changes)), Is.EqualTo(new[]
        {
            """insert {"op":"insert","new":{"id":4}}""",
            """insert {"op":"insert","new":{"id":5}}""",
            """update {"op":"update","new":{"id":1}}""",
            """update {"op":"update","new":{"id":2}}""",
            """delete {"op":"delete","old":{"id":3}}""",
            "truncate",
        }));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Columns_ReportsThoseOnly_AndTheirOldValuesWhereAsked(bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync(Orders);
        await stage.InstallAsync(
            "orders", new() { Payload = TriggerPayload.Columns, Columns = ["status", "id"], IncludeOld = true, RowLevel = rowLevel });

        Assert.That(Entries(await stage.ReportedByAsync(Changes)), Is.EqualTo(new[]
        {
            """insert {"op":"insert","new":{"status":"open","id":4}}""",
            """insert {"op":"insert","new":{"status":"open","id":5}}""",
            """update {"op":"update","new":{"status":"paid","id":1},"old":{"status":"open","id":1}}""",
            """update {"op":"update","new":{"status":"paid","id":2},"old":{"status":"open","id":2}}""",
            """delete {"op":"delete","old":{"status":"open","id":3}}""",
            "truncate",
        }));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Rows_ReportsThemWhole(bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync(Orders);
        await stage.InstallAsync("orders", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel });

        Assert.That(Entries(await stage.ReportedByAsync(Changes)), Is.EqualTo(new[]
        {
            """insert {"op":"insert","new":{"id":4,"status":"open","amount":null}}""",
            """insert {"op":"insert","new":{"id":5,"status":"open","amount":null}}""",
            """update {"op":"update","new":{"id":1,"status":"paid","amount":1}}""",
            """update {"op":"update","new":{"id":2,"status":"paid","amount":2}}""",
            """delete {"op":"delete","old":{"id":3,"status":"open","amount":3}}""",
            "truncate",
        }));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task UpdateOfAKey_ReportsADeletionAndAnInsertion(bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync(
            "CREATE TABLE lines (id int, pos text, amount int, PRIMARY KEY (pos, id)); INSERT INTO lines VALUES (1, 'a', 10), (1, 'b', 20)");
        await stage.InstallAsync("lines", new() { Payload = TriggerPayload.Keys, RowLevel = rowLevel });

        Assert.That(Entries(await stage.ReportedByAsync("UPDATE lines SET id = 2, amount = 0 WHERE pos = 'a'")), Is.EqualTo(new[]
        {
            """update {"op":"delete","old":{"pos":"a","id":1}}""",
            """update {"op":"insert","new":{"pos":"a","id":2}}""",
        }));
        Assert.That(Entries(await stage.ReportedByAsync("UPDATE lines SET amount = 7")), Is.EqualTo(new[]
        {
            """update {"op":"update","new":{"pos":"a","id":2}}""",
            """update {"op":"update","new":{"pos":"b","id":1}}""",
        }).Or.EqualTo(new[]
        {
            """update {"op":"update","new":{"pos":"b","id":1}}""",
            """update {"op":"update","new":{"pos":"a","id":2}}""",
        }));
    }

    [Test]
    public async Task KeysThatAreHandedOn_TellBothEndsOfTheChain()
    {
        await using var stage = await TableStage.CreateAsync(
            "CREATE TABLE queue (place int PRIMARY KEY DEFERRABLE, who text); INSERT INTO queue VALUES (1, 'a'), (2, 'b'), (3, 'c')");
        await stage.InstallAsync("queue", new() { Payload = TriggerPayload.Rows });

        Assert.That(Entries(await stage.ReportedByAsync("UPDATE queue SET place = place + 1")), Is.EquivalentTo(new[]
        {
            """update {"op":"delete","old":{"place":1,"who":"a"}}""",
            """update {"op":"update","new":{"place":2,"who":"a"}}""",
            """update {"op":"update","new":{"place":3,"who":"b"}}""",
            """update {"op":"insert","new":{"place":4,"who":"c"}}""",
        }));
    }

    [Test]
    public async Task RowsOfATableWithoutAKey_AreReportedAsDeletedAndInserted()
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE loose (a int, b json); INSERT INTO loose VALUES (1, '{}')");
        await stage.InstallAsync("loose", new() { Payload = TriggerPayload.Rows });

        Assert.That(Entries(await stage.ReportedByAsync("UPDATE loose SET a = 2")), Is.EqualTo(new[]
        {
            """update {"op":"delete","old":{"a":1,"b":{}}}""",
            """update {"op":"insert","new":{"a":2,"b":{}}}""",
        }));
        Assert.That(
            async () => await stage.InstallAsync("loose", new() { Payload = TriggerPayload.Keys }),
            Throws.TypeOf<Npgsql.PostgresException>().With.Message.Contains("has no primary key"));
        Assert.That(
            async () => await stage.InstallAsync("loose", new() { Payload = TriggerPayload.Keys, KeyColumns = ["a"] }),
            Throws.TypeOf<Npgsql.PostgresException>().With.Message.Contains("neither primary key nor unique and NOT NULL"));
        await stage.ReportedByAsync("ALTER TABLE loose ALTER a SET NOT NULL, ADD UNIQUE (a)");
        await stage.InstallAsync("loose", new() { Payload = TriggerPayload.Keys, KeyColumns = ["a"] });
        Assert.That(Entries(await stage.ReportedByAsync("UPDATE loose SET b = '1'")), Is.EqualTo(new[]
        {
            """update {"op":"update","new":{"a":2}}""",
        }));
    }

    [Test]
    public async Task Upsert_ReportsTheInsertedAndTheUpdatedApart()
    {
        await using var stage = await TableStage.CreateAsync(Orders);
        await stage.InstallAsync("orders", new() { Payload = TriggerPayload.Rows });

        Assert.That(
            Entries(await stage.ReportedByAsync(
                "INSERT INTO orders VALUES (3, 'new', 9), (9, 'new', 9) ON CONFLICT (id) DO UPDATE SET status = 'again'")),
            Is.EquivalentTo(new[]
            {
                """insert {"op":"insert","new":{"id":9,"status":"new","amount":9}}""",
                """update {"op":"update","new":{"id":3,"status":"again","amount":3}}""",
            }));
        Assert.That(await stage.ReportedByAsync("INSERT INTO orders VALUES (3) ON CONFLICT DO NOTHING"), Is.Empty);
    }

    [Test]
    public async Task MergeAndCopy_TellLikeTheOthers()
    {
        await using var stage = await TableStage.CreateAsync(Orders);
        await stage.InstallAsync("orders", new() { Payload = TriggerPayload.Keys });

        await using (var connection = await stage.ConnectAsync())
        {
            await using var copy = await connection.BeginTextImportAsync("COPY orders FROM STDIN");
            await copy.WriteAsync("7\topen\t1\n8\topen\t2\n");
        }

        Assert.That(Entries(await stage.ReportedAsync()), Is.EqualTo(new[]
        {
            """insert {"op":"insert","new":{"id":7}}""",
            """insert {"op":"insert","new":{"id":8}}""",
        }));
        if ((int)(await stage.ExecuteAsync("SELECT current_setting('server_version_num')::int"))! < 150_000)
            return;
        Assert.That(
            Entries(await stage.ReportedByAsync("""
                MERGE INTO orders USING (VALUES (7), (8), (10)) AS v (id) ON v.id = orders.id
                WHEN MATCHED AND v.id = 7 THEN DELETE WHEN MATCHED THEN UPDATE SET status = 'merged'
                WHEN NOT MATCHED THEN INSERT (id) VALUES (v.id)
                """)),
            Is.EquivalentTo(new[]
            {
                """insert {"op":"insert","new":{"id":10}}""",
                """update {"op":"update","new":{"id":8}}""",
                """delete {"op":"delete","old":{"id":7}}""",
            }));
    }

    [Test]
    public async Task GeneratedColumns_AreReportedWithTheirValuesOrNotAtAll([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync(
            "CREATE TABLE g (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) STORED)");
        var hasVirtual = (int)(await stage.ExecuteAsync("SELECT current_setting('server_version_num')::int"))! >= 180_000;
        if (hasVirtual)
            await stage.ExecuteAsync("ALTER TABLE g ADD c int GENERATED ALWAYS AS (a * 3) VIRTUAL");
        await stage.InstallAsync("g", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel });

        Assert.That(Entries(await stage.ReportedByAsync("INSERT INTO g (a) VALUES (10)")), Is.EqualTo(new[]
        {
            """insert {"op":"insert","new":{"id":1,"a":10,"b":20}}""",
        }));
        if (hasVirtual)
            Assert.That(
                async () => await stage.InstallAsync("g", new() { Payload = TriggerPayload.Columns, Columns = ["c"] }),
                Throws.TypeOf<Npgsql.PostgresException>().With.Property("SqlState").EqualTo("42703"));
    }

    /// <summary>The entries of the payloads, each behind its payload's operation; the operation alone if it has none.</summary>
    static IReadOnlyList<string> Entries(IEnumerable<string> payloads) => [.. payloads.SelectMany(Payload.Entries)];
}
