using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

/// <summary>A table with partitions, partitions of a partition, and one whose columns are in another order.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TriggerPartitionTests
{
    const string Table = """
        CREATE TABLE sales (region text, id int, amount int, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
        CREATE TABLE sales_north PARTITION OF sales FOR VALUES IN ('north');
        CREATE TABLE sales_south PARTITION OF sales FOR VALUES IN ('south') PARTITION BY RANGE (id);
        CREATE TABLE sales_south_low PARTITION OF sales_south FOR VALUES FROM (0) TO (100);
        CREATE TABLE sales_south_high (dropped int, amount int, id int NOT NULL, region text NOT NULL);
        ALTER TABLE sales_south_high DROP dropped;
        ALTER TABLE sales_south ATTACH PARTITION sales_south_high FOR VALUES FROM (100) TO (200);
        """;

    [Test]
    public async Task AStatement_IsReportedOnce_WhicheverTableItNames([Values("sales", "sales_south", "sales_south_high")] string named)
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await stage.InstallAsync("sales", new() { Payload = TriggerPayload.Rows });

        Assert.That(
            await stage.ReportedByAsync($"""
                INSERT INTO {named} (region, id, amount) VALUES ('south', 101, 1);
                UPDATE {named} SET amount = 2;
                DELETE FROM {named};
                """),
            Is.EqualTo(new[]
            {
                """{"schema":"S","table":"sales","op":"insert","seq":1,"count":1,"rows":[{"op":"insert","new":{"region":"south","id":101,"amount":1}}]}""",
                """{"schema":"S","table":"sales","op":"update","seq":2,"count":1,"rows":[{"op":"update","new":{"region":"south","id":101,"amount":2}}]}""",
                """{"schema":"S","table":"sales","op":"delete","seq":3,"count":1,"rows":[{"op":"delete","old":{"region":"south","id":101,"amount":2}}]}""",
            }.Select(payload => named == "sales_south_high"
                ? payload.Replace("\"region\":\"south\",\"id\":101,\"amount\":1", "\"amount\":1,\"id\":101,\"region\":\"south\"").Replace("\"region\":\"south\",\"id\":101,\"amount\":2", "\"amount\":2,\"id\":101,\"region\":\"south\"")
                : payload)));
        Assert.That(
            await stage.ReportedByAsync($"INSERT INTO sales VALUES ('south', 101, 1); TRUNCATE {named}"),
            Has.Count.EqualTo(2).And.One.EqualTo("""{"schema":"S","table":"sales","op":"truncate","seq":1}"""));
    }

    [Test]
    public async Task ARow_IsReportedOnce_WhicheverTableTheStatementNames([Values("sales", "sales_south", "sales_south_high")] string named)
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await stage.InstallAsync("sales", new() { Payload = TriggerPayload.Keys, RowLevel = true });

        Assert.That(
            (await stage.ReportedByAsync($"""
                INSERT INTO {named} (region, id, amount) VALUES ('south', 101, 1), ('south', 102, 1);
                UPDATE {named} SET amount = 2 WHERE id = 101;
                DELETE FROM {named} WHERE id = 102;
                TRUNCATE {named};
                """)).SelectMany(Payload.Entries),
            Is.EqualTo(new[]
            {
                """insert {"op":"insert","new":{"region":"south","id":101}}""",
                """insert {"op":"insert","new":{"region":"south","id":102}}""",
                """update {"op":"update","new":{"region":"south","id":101}}""",
                """delete {"op":"delete","old":{"region":"south","id":102}}""",
                "truncate",
            }));
    }

    [Test]
    public async Task ARowThatMovesToAnotherPartition_IsDeletedAndInserted([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync(Table + "INSERT INTO sales VALUES ('north', 1, 1), ('north', 2, 2)");
        await stage.InstallAsync("sales", new() { Payload = TriggerPayload.Rows, IncludeOld = true, RowLevel = rowLevel });

        var reported = await stage.ReportedByAsync("UPDATE sales SET region = CASE id WHEN 1 THEN 'south' ELSE 'north' END");

        Assert.That(reported.SelectMany(Payload.Entries).Select(entry => entry[(entry.IndexOf(' ') + 1)..]), Is.EquivalentTo(new[]
        {
            """{"op":"delete","old":{"region":"north","id":1,"amount":1}}""",
            """{"op":"insert","new":{"region":"south","id":1,"amount":1}}""",
            """{"op":"update","new":{"region":"north","id":2,"amount":2},"old":{"region":"north","id":2,"amount":2}}""",
        }));
    }

    [Test]
    public async Task AnAttachedPartition_IsReportedAfterInstallingAgain_AndADetachedOneNoLonger()
    {
        await using var stage = await TableStage.CreateAsync(Table);
        await stage.InstallAsync("sales");
        await stage.ExecuteAsync("""
            CREATE TABLE sales_west PARTITION OF sales FOR VALUES IN ('west');
            ALTER TABLE sales DETACH PARTITION sales_south
            """);
        await stage.InstallAsync("sales");

        Assert.That(await stage.ReportedByAsync("INSERT INTO sales_west VALUES ('west', 1)"), Has.Count.EqualTo(1));
        Assert.That(await stage.ReportedByAsync("INSERT INTO sales_south VALUES ('south', 1); INSERT INTO sales_south_low VALUES ('south', 2)"), Is.Empty);
        Assert.That(await stage.ReportedByAsync("INSERT INTO sales_north VALUES ('north', 1)"), Has.Count.EqualTo(1));
        await stage.RemoveAsync("sales");
        Assert.That(await stage.ReportedByAsync("INSERT INTO sales VALUES ('west', 2)"), Is.Empty);
    }

    [Test]
    public async Task APartition_TakesTriggersOfRowsOnly()
    {
        await using var stage = await TableStage.CreateAsync(Table);
        Assert.That(() => stage.InstallAsync("sales_north"), Throws.TypeOf<PostgresException>().With.Message.Contains("is a partition"));

        await stage.InstallAsync("sales_north", new() { RowLevel = true, Payload = TriggerPayload.Keys });

        Assert.That(
            (await stage.ReportedByAsync("INSERT INTO sales VALUES ('north', 1), ('south', 1); TRUNCATE sales")).SelectMany(Payload.Entries),
            Is.EqualTo(new[] { """insert {"op":"insert","new":{"region":"north","id":1}}""", "truncate" }));
    }

    [Test]
    public async Task AFilter_SeesWhatChangesInPartitions()
    {
        await using var stage = await TableStage.CreateAsync(Table + "INSERT INTO sales VALUES ('north', 1, 1), ('south', 1, 2), ('south', 101, 3)");
        await stage.InstallAsync("sales", new() { ColumnFilter = ["amount"] });

        Assert.That(await stage.ReportedByAsync("UPDATE sales SET amount = amount; UPDATE sales_south_high SET amount = 3"), Is.Empty);
        Assert.That(await stage.ReportedByAsync("UPDATE sales SET amount = 4 WHERE id = 101"), Has.Count.EqualTo(1));
        Assert.That(await stage.ReportedByAsync("UPDATE sales_south_high SET amount = 5"), Has.Count.EqualTo(1));
    }
}
