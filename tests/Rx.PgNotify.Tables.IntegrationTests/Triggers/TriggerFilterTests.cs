namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

[Parallelizable(ParallelScope.All)]
public sealed class TriggerFilterTests
{
    const string Table = "CREATE TABLE t (id int, part int, a text, b json, c int, PRIMARY KEY (part, id)); INSERT INTO t SELECT i, i % 3, 'a', '{}', 0 FROM generate_series(1, 1000) AS i";

    [Test]
    public async Task AnUpdateThatChangesNoneOfTheColumns_IsNotReported([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await stage.InstallAsync("t", new() { ColumnFilter = ["a", "b"], RowLevel = rowLevel });

        Assert.That(await stage.ReportedByAsync("UPDATE t SET c = 1"), Is.Empty);
        Assert.That(await stage.ReportedByAsync("UPDATE t SET a = 'a', b = '{}'"), Is.Empty, "what is set to the same has not changed");
        Assert.That(await stage.ReportedByAsync("UPDATE t SET a = NULL WHERE id = 777"), Has.Count.EqualTo(1));
        Assert.That(await stage.ReportedByAsync("UPDATE t SET a = NULL WHERE id = 777"), Is.Empty);
        Assert.That(await stage.ReportedByAsync("UPDATE t SET b = '[]', c = 2 WHERE id = 5"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task AChangeInTheLastOfManyRows_IsReported()
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await stage.InstallAsync("t", new() { ColumnFilter = ["a"], Payload = TriggerPayload.RowCount });

        var reported = await stage.ReportedByAsync("UPDATE t SET a = CASE id WHEN 999 THEN 'b' ELSE a END");

        Assert.That(reported.Select(Payload.Count), Is.EqualTo(new[] { 1_000 }));
    }

    [Test]
    public async Task ColumnsOfARowThatWouldNotFitIntoARecordTogether_AreComparedOneByOne()
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await stage.InstallAsync("t", new() { ColumnFilter = ["a", "b"], RowLevel = true });

        // Two values of more than half a gigabyte each would show it, and take a minute.
        Assert.That(
            await stage.ExecuteAsync("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 't'::regclass AND tgqual IS NOT NULL"),
            Does.Contain("record_image_ne(ROW(old.a), ROW(new.a)) OR record_image_ne(ROW(old.b), ROW(new.b))"));
    }

    [Test]
    public async Task ValuesThatChangePlaces_AreReported()
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY DEFERRABLE, a int); INSERT INTO t VALUES (1, 1), (2, 2)");
        await stage.InstallAsync("t", new() { ColumnFilter = ["a"] });

        Assert.That(await stage.ReportedByAsync("UPDATE t SET a = 3 - a"), Has.Count.EqualTo(1));
        Assert.That(await stage.ReportedByAsync("UPDATE t SET id = 3 - id"), Has.Count.EqualTo(1), "so are keys");
        Assert.That(await stage.ReportedByAsync("UPDATE t SET id = id + 10 WHERE id = 1"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ALargeUpdateAfterASmallOneOfTheSession_IsComparedInTime()
    {
        await using var stage = await TableStage.CreateAsync(
            "CREATE TABLE t (id int PRIMARY KEY, a int, b int); INSERT INTO t SELECT i, 0, 0 FROM generate_series(1, 100000) AS i");
        await stage.InstallAsync("t", new() { ColumnFilter = ["a"] });

        // The plan is made for the first: a nested loop over the second would take hours.
        await using var connection = await stage.ConnectAsync();
        await TableStage.ExecuteAsync(connection, "UPDATE t SET b = 1 WHERE id = 1");
        await TableStage.ExecuteAsync(connection, "SET statement_timeout = '25s'; UPDATE t SET b = 2");

        Assert.That(await stage.ReportedAsync(), Is.Empty);
    }

    [Test]
    public async Task Operations_ThatAreNotAskedFor_AreNotReported([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await stage.InstallAsync("t", new() { Operations = TableOperations.Delete | TableOperations.Truncate, RowLevel = rowLevel });

        Assert.That(
            (await stage.ReportedByAsync("INSERT INTO t VALUES (0, 0); UPDATE t SET c = 1; DELETE FROM t WHERE id = 1; TRUNCATE t")).SelectMany(Payload.Entries),
            Is.EqualTo(new[] { "delete", "truncate" }));
    }

    [Test]
    public async Task StatementsThatChangeNoRow_AreNotReported([Values] TriggerPayload payload)
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await stage.InstallAsync("t", new() { Payload = payload, Columns = payload == TriggerPayload.Columns ? ["a"] : [] });

        Assert.That(
            await stage.ReportedByAsync("INSERT INTO t SELECT 1 WHERE false; INSERT INTO t SELECT * FROM t ON CONFLICT DO NOTHING; UPDATE t SET c = 1 WHERE false; DELETE FROM t WHERE false"),
            Is.Empty);
    }
}
