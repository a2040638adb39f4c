namespace Rx.PgNotify.Tables.IntegrationTests.CatchUp;

/// <summary>What a load delivers, and that the next one has none of it again.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CatchUpLoadTests
{
    [Test]
    public async Task Load_FromNoCursor_GivesWhatTheTableHolds_AlsoFromBeforeTheInstallation()
    {
        var table = await ReadTable.CreateBareAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a'), (2, 'b')");
        await table.Table.InstallAsync(TestServer.DataSource);
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (3, 'c'); DELETE FROM {table.Name} WHERE id = 2");

        Assert.That(await table.ReadAsync(), Is.EqualTo("1=a 3=c"), "and no deletion of what was never read");
        Assert.That(await table.ReadAsync(), Is.Empty);
    }

    [Test]
    public async Task Load_AfterChanges_GivesEachRowAsItIsNow_AndTheKeysThatAreGone()
    {
        var table = await ReadTable.CreateAsync();
        Assert.That(await table.ReadAsync(), Is.Empty);

        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e')");
        Assert.That(await table.ReadAsync(), Is.EqualTo("1=a 2=b 3=c 4=d 5=e"));

        await table.ExecuteAsync($"UPDATE {table.Name} SET value = 'x' WHERE id = 1");
        await table.ExecuteAsync($"UPDATE {table.Name} SET value = 'y' WHERE id = 1");
        await table.ExecuteAsync($"DELETE FROM {table.Name} WHERE id IN (2, 3)");
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (3, 'again'), (6, 'brief')");
        await table.ExecuteAsync($"DELETE FROM {table.Name} WHERE id = 6");
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (4, 'upsert') ON CONFLICT (id) DO UPDATE SET value = excluded.value");
        Assert.That(await table.ReadAsync(), Is.EqualTo("-2 -6 1=y 3=again 4=upsert"));
        Assert.That(await table.ReadAsync(), Is.Empty);
    }

    [Test]
    public async Task Load_WithoutAReaderOfKeys_LeavesDeletionsOut()
    {
        var table = await ReadTable.CreateAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a')");
        await table.ReadAsync();
        await table.ExecuteAsync($"DELETE FROM {table.Name}; INSERT INTO {table.Name} VALUES (2, 'b')");

        var batch = await table.Table.LoadAsync(TestServer.DataSource, table.Cursor, ReadTable.Row);

        Assert.That(batch.Rows, Is.EqualTo(new[] { "2=b" }));
    }

    [Test]
    public async Task Transactions_ThatCommitInAnotherOrderThanTheyBegan_AreReadAsTheyCommit()
    {
        var table = await ReadTable.CreateAsync("(id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, value text)");
        var first = await table.BeginAsync($"INSERT INTO {table.Name} (value) VALUES ('first')");
        var second = await table.BeginAsync($"INSERT INTO {table.Name} (value) VALUES ('second')");
        var third = await table.BeginAsync($"INSERT INTO {table.Name} (value) VALUES ('third')");

        await ReadTable.EndAsync(second);
        Assert.That(await table.ReadAsync(), Is.EqualTo("2=second"));
        await ReadTable.EndAsync(third);
        Assert.That(await table.ReadAsync(), Is.EqualTo("3=third"));
        await ReadTable.EndAsync(first);
        Assert.That(await table.ReadAsync(), Is.EqualTo("1=first"), "the last id seen is 3");
        Assert.That(await table.ReadAsync(), Is.Empty);
    }

    [Test]
    public async Task Savepoints_AreReadWithTheirTransaction_AndNotWhatWasRolledBack()
    {
        var table = await ReadTable.CreateAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a'), (2, 'b')");
        await table.ReadAsync();
        var transaction = await table.BeginAsync($"INSERT INTO {table.Name} VALUES (3, 'outer')");
        await ReadTable.RunAsync(transaction, $"SAVEPOINT a; INSERT INTO {table.Name} VALUES (4, 'released'); SAVEPOINT b");
        await ReadTable.RunAsync(transaction, $"UPDATE {table.Name} SET value = 'undone' WHERE id = 1; DELETE FROM {table.Name} WHERE id = 2");
        await ReadTable.RunAsync(transaction, $"ROLLBACK TO b; UPDATE {table.Name} SET value = 'inner' WHERE id = 2; RELEASE a");
        Assert.That(await table.ReadAsync(), Is.Empty);
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (9, 'meanwhile')");
        Assert.That(await table.ReadAsync(), Is.EqualTo("9=meanwhile"), "its cursor lies after those of the savepoints");
        await ReadTable.EndAsync(transaction);

        Assert.That(await table.ReadAsync(), Is.EqualTo("2=inner 3=outer 4=released"));
        Assert.That(await table.ReadAsync(), Is.Empty);
    }

    [Test]
    public async Task ATransactionThatWasRolledBack_LeavesNothing()
    {
        var table = await ReadTable.CreateAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a')");
        await table.ReadAsync();
        await ReadTable.EndAsync(
            await table.BeginAsync($"INSERT INTO {table.Name} VALUES (2, 'b'); DELETE FROM {table.Name} WHERE id = 1"), commit: false);

        Assert.That(await table.ReadAsync(), Is.Empty);
    }

    [Test]
    public async Task AKeyThatChanges_IsADeletionAndARow()
    {
        var table = await ReadTable.CreateAsync("(a int, value text, b text, PRIMARY KEY (a, b))", ["b", "a"]);
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'v', 'x'), (1, 'w', 'y')");
        Assert.That(await table.ReadAsync(), Is.EqualTo("1=v=x 1=w=y"));

        await table.ExecuteAsync($"UPDATE {table.Name} SET b = 'z' WHERE b = 'x'");
        Assert.That(await table.ReadAsync(), Is.EqualTo("-x=1 1=v=z"));

        await table.ExecuteAsync($"DELETE FROM {table.Name} WHERE b = 'y'");
        Assert.That(await table.ReadAsync(), Is.EqualTo("-y=1"));
    }

    [Test]
    public async Task Truncate_IsADeletionOfEachRow()
    {
        var table = await ReadTable.CreateAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a'), (2, 'b')");
        await table.ReadAsync();
        await table.ExecuteAsync($"TRUNCATE {table.Name}; INSERT INTO {table.Name} VALUES (2, 'c')");

        Assert.That(await table.ReadAsync(), Is.EqualTo("-1 2=c"));
    }

    [Test]
    public async Task Truncate_WithASnapshotOfItsOwn_IsRefused()
    {
        var table = await ReadTable.CreateAsync();
        var transaction = await table.BeginAsync("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class");
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'not to be seen in that snapshot')");

        Assert.That(
            () => ReadTable.RunAsync(transaction, $"TRUNCATE {table.Name}"), Throws.Exception.With.Message.Contains("needs READ COMMITTED"));

        await ReadTable.EndAsync(transaction, commit: false);
    }

    [TestCase("ALTER TABLE {0} ALTER COLUMN value TYPE varchar(100)", "1=a")]
    [TestCase("TRUNCATE {0}; INSERT INTO {0} VALUES (2, 'b')", "-1 2=b")]
    public async Task Load_ThatWaitsForAChangeOfTheTable_DoesNotTakeItForEmpty(string change, string expected)
    {
        var table = await ReadTable.CreateAsync();
        await table.ReadAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a')");
        var transaction = await table.BeginAsync(string.Format(null, change, table.Name));
        var reading = table.ReadAsync();
        await Eventually.IsTrueAsync(async () => await table.ExecuteAsync(
            $"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '{table.Name}'::regclass") is 1L);
        await ReadTable.EndAsync(transaction);

        Assert.That(await reading, Is.EqualTo(expected), "the rows have new places, but no new versions");
        Assert.That(await table.ReadAsync(), Is.Empty);
    }

    [Test]
    public async Task APartitionedTable_IsReadAsOne_AlsoWhatGoesStraightToAPartition()
    {
        var table = await ReadTable.CreateBareAsync("(id int, value text, PRIMARY KEY (id)) PARTITION BY RANGE (id)");
        await table.ExecuteAsync($"""
            CREATE TABLE {table.Name}_1 PARTITION OF {table.Name} FOR VALUES FROM (0) TO (4);
            CREATE TABLE {table.Name}_2 PARTITION OF {table.Name} FOR VALUES FROM (4) TO (8)
            """);
        await table.Table.InstallAsync(TestServer.DataSource);
        await table.ExecuteAsync($"CREATE TABLE {table.Name}_3 PARTITION OF {table.Name} FOR VALUES FROM (8) TO (12)");
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a'), (4, 'b'), (5, 'c')");
        Assert.That(await table.ReadAsync(), Is.EqualTo("1=a 4=b 5=c"));

        await table.ExecuteAsync($"INSERT INTO {table.Name}_3 VALUES (8, 'new'); UPDATE {table.Name}_2 SET value = 'x' WHERE id = 5");
        await table.ExecuteAsync($"DELETE FROM {table.Name}_2 WHERE id = 4; UPDATE {table.Name} SET id = 6 WHERE id = 1");
        Assert.That(await table.ReadAsync(), Is.EqualTo("-1 -4 5=x 6=a 8=new"));
    }

    [Test]
    public async Task WhatReplicationApplies_IsReadToo()
    {
        var table = await ReadTable.CreateAsync("(id int PRIMARY KEY, value text) PARTITION BY RANGE (id)");
        await table.ExecuteAsync($"CREATE TABLE {table.Name}_1 PARTITION OF {table.Name} DEFAULT");
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a'), (2, 'b')");
        await table.ReadAsync();
        var transaction = await table.BeginAsync("SET LOCAL session_replication_role = replica");
        await ReadTable.RunAsync(transaction, $"UPDATE {table.Name} SET value = 'x' WHERE id = 1; DELETE FROM {table.Name} WHERE id = 2");
        await ReadTable.EndAsync(transaction);

        Assert.That(await table.ReadAsync(), Is.EqualTo("-2 1=x"));
    }

    [Test]
    public async Task AStampOfOnesOwn_IsOverwritten()
    {
        var table = await ReadTable.CreateAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a')");
        await table.ReadAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (2, 'b', '1'); UPDATE {table.Name} SET catch_up_stamp = '1', value = 'c' WHERE id = 1");

        Assert.That(await table.ReadAsync(), Is.EqualTo("1=c 2=b"));
    }
}
