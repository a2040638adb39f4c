namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

/// <summary>A table with triggers and an installation for catching up: whole rows are those of the table's own columns.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CatchUpStampTests
{
    const string Key = "(id int PRIMARY KEY, \"say \"\"hi\"\"\" text, j json)";
    const string UniqueKey = "(id int NOT NULL UNIQUE, \"say \"\"hi\"\"\" text, j json)";

    // With what looks like the column within its values.
    const string Writes = """
        INSERT INTO t VALUES (1, '"catch_up_stamp":"7",', '{"catch_up_stamp": "7", "n": 1.50}');
        UPDATE t SET j = NULL WHERE id = 1;
        UPDATE t SET id = 2;
        DELETE FROM t;
        """;

    [Test]
    public async Task Rows_AreReportedAsWithoutIt_WhicheverIsInstalledFirst([Values] bool rowLevel, [Values] bool includeOld, [Values(Key, UniqueKey)] string columns)
    {
        await using var stage = await TableStage.CreateAsync($"CREATE TABLE t {columns}");
        var options = new TableTriggerOptions { Payload = TriggerPayload.Rows, RowLevel = rowLevel, IncludeOld = includeOld };
        var catchUp = new CatchUpTable("t", "id", stage.Schema);
        await stage.InstallAsync("t", options);
        var without = await stage.ReportedByAsync(Writes);
        Assert.That(without, Has.Count.EqualTo(4));

        await catchUp.InstallAsync(TestServer.DataSource);
        Assert.That(await stage.ReportedByAsync(Writes), Is.EqualTo(without), "the triggers first");

        await stage.RemoveAsync("t");
        await stage.InstallAsync("t", options);
        Assert.That(await stage.ReportedByAsync(Writes), Is.EqualTo(without), "the triggers last");

        await catchUp.RemoveAsync(TestServer.DataSource);
        Assert.That(await stage.ReportedByAsync(Writes), Is.EqualTo(without), "the triggers alone again");
    }

    [Test]
    public async Task KeysInPlaceOfRows_HaveNoneEither([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync($"CREATE TABLE t {UniqueKey}");
        await new CatchUpTable("t", "id", stage.Schema).InstallAsync(TestServer.DataSource);
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel, IncludeOld = true });
        await stage.ReportedByAsync("INSERT INTO t SELECT 1, string_agg(i::text, ' ') FROM generate_series(1, 1200) AS i");

        var reported = await stage.ReportedByAsync("UPDATE t SET id = id");

        Assert.That(reported.Select(Payload.Kind), Is.EqualTo(new[] { "keys" }), "without a key, that is the whole row, once");
        Assert.That(reported[0], Does.Not.Contain("catch_up_stamp").And.Contain("\"op\":\"update\",\"new\":{\"id\":1,"));
    }

    [Test]
    public async Task WhoNamesTheColumn_GetsIt()
    {
        await using var stage = await TableStage.CreateAsync($"CREATE TABLE t {Key}");
        await new CatchUpTable("t", "id", stage.Schema).InstallAsync(TestServer.DataSource);
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Columns, Columns = ["id", "catch_up_stamp"] });

        Assert.That(await stage.ReportedByAsync("INSERT INTO t VALUES (1)"), Has.One.Contains("\"new\":{\"id\":1,\"catch_up_stamp\":\""));
    }
}
