using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Tables.IntegrationTests.CatchUp;

/// <summary>What a server does to its transactions.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class CatchUpServerTests
{
    [Test]
    public async Task AnIdThatTheServerGivesOutAgainAfterACrash_IsReadAllTheSame()
    {
        // The log of what is rolled back is written at leisure. With fsync, the commits before are on disk.
        await using var server = await TestServer.StartOwnAsync(options =>
        {
            options.Durable = true;
            options.Settings["wal_writer_delay"] = "10s";
            options.Settings["autovacuum"] = "off";
            options.Settings["bgwriter_lru_maxpages"] = "0";
        });
        await using var database = Unpooled(server);
        var table = await ReadTable.CreateAsync(database: database);
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a')");
        const string rolledBack = "SELECT pg_current_xact_id()::text";
        var given = new List<object?>();
        for (var i = 0; i < 5; i++)
        {
            await using var connection = await database.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var command = new NpgsqlCommand(rolledBack, connection, transaction))
                given.Add(await command.ExecuteScalarAsync());
            await transaction.RollbackAsync();
        }

        Assert.That(await table.ReadAsync(), Is.EqualTo("1=a"));
        await server.StopAsync(ShutdownMode.Immediate);
        await server.StartAgainAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (2, 'b')");

        if (!given.Contains(await table.ExecuteAsync($"SELECT catch_up_stamp::text FROM {table.Name} WHERE id = 2")))
            Assert.Inconclusive("the log was written after all, and no id was given out again");
        Assert.That(await table.ReadAsync(), Is.EqualTo("2=b"));
        Assert.That(await table.ReadAsync(), Is.Empty);
    }

    [Test]
    public async Task APreparedTransaction_IsReadWhenItCommits_AlsoAfterARestart()
    {
        await using var server = await TestServer.StartOwnAsync(options => options.Settings["max_prepared_transactions"] = "5");
        await using var database = Unpooled(server);
        var table = await ReadTable.CreateAsync(database: database);
        var transaction = await table.BeginAsync($"INSERT INTO {table.Name} VALUES (1, 'prepared'); PREPARE TRANSACTION 'p'");
        await transaction.DisposeAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (2, 'b')");
        Assert.That(await table.ReadAsync(), Is.EqualTo("2=b"));

        await server.RestartAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (3, 'c')");
        Assert.That(await table.ReadAsync(), Is.EqualTo("3=c"));
        await table.ExecuteAsync("COMMIT PREPARED 'p'");

        Assert.That(await table.ReadAsync(), Is.EqualTo("1=prepared"));
        Assert.That(await table.ReadAsync(), Is.Empty);
    }

    [Test]
    public async Task AStandby_IsRefused_AndOnceItIsPromotedTheCursorHoldsGood()
    {
        await using var pair = await ReplicatedPair.StartAsync();
        await using var primary = Unpooled(pair.Primary);
        await using var standby = Unpooled(pair.Standby);
        var table = await ReadTable.CreateAsync(database: primary);
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a')");
        await table.ReadAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (2, 'b')");
        await Eventually.IsTrueAsync(async () =>
            await pair.Standby.ExecuteAsync($"SELECT count(*) FROM {table.Name}") is 2L);
        Assert.That(LoadAsync, Throws.InvalidOperationException.With.Message.Contains("standby"));

        await pair.FailOverAsync();
        await Eventually.IsTrueAsync(async () => await pair.Standby.ExecuteAsync("SELECT pg_is_in_recovery()") is false);

        Assert.That((await LoadAsync()).Rows, Is.EqualTo(new[] { "2=b" }));

        Task<CatchUpBatch<string>> LoadAsync() => table.Table.LoadAsync(standby, table.Cursor, ReadTable.Row);
    }

    // A pool's connections die with the server.
    static NpgsqlDataSource Unpooled(PostgresServer server) => NpgsqlDataSource.Create($"{server.ConnectionString};Pooling=false");
}
