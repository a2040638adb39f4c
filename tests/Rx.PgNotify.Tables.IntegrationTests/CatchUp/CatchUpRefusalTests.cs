using Npgsql;
using NUnit.Framework.Constraints;

namespace Rx.PgNotify.Tables.IntegrationTests.CatchUp;

/// <summary>Cursors from which what is new can't be known: refused, and never silently wrong.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CatchUpRefusalTests
{
    [Test]
    public async Task ACursor_OfAnotherTable_IsRefused()
    {
        var (one, other) = (await ReadTable.CreateAsync(), await ReadTable.CreateAsync());
        await one.ReadAsync();
        other.Cursor = one.Cursor;

        Assert.That(other.LoadAsync, ThrowsCursor("belongs to another table"));
    }

    [Test]
    public async Task ACursor_OfAnotherServer_IsRefused()
    {
        var table = await ReadTable.CreateAsync();
        await table.ReadAsync();
        var parts = table.Cursor!.ToString().Split('@', '/');
        Assert.That(parts[1], Is.EqualTo($"{await table.ExecuteAsync("SELECT system_identifier FROM pg_control_system()")}"));
        table.Cursor = CatchUpCursor.Parse($"{parts[0]}@1/{string.Join('/', parts[2..])}");

        Assert.That(table.LoadAsync, ThrowsCursor("the server from which it was restored"));
    }

    [Test]
    public async Task ACursor_OfTheDatabaseThatThisOneIsACopyOf_IsRefused()
    {
        var (original, copy) = (UniqueChannel.Name("db"), UniqueChannel.Name("db"));
        await TestServer.Current.ExecuteAsync($"CREATE DATABASE {original}");
        await using var first = NpgsqlDataSource.Create(ConnectionString(original));
        var table = await ReadTable.CreateAsync(database: first);
        await table.ReadAsync();
        await first.DisposeAsync();
        await TestServer.Current.ExecuteAsync($"CREATE DATABASE {copy} TEMPLATE {original}");
        await using var second = NpgsqlDataSource.Create(ConnectionString(copy));

        Assert.That(() => table.Table.LoadAsync(second, table.Cursor, ReadTable.Row), ThrowsCursor("belongs to another table"));
        Assert.That((await table.Table.LoadAsync(second, null, ReadTable.Row)).Rows, Is.Empty);
        await TestServer.Current.ExecuteAsync($"DROP DATABASE {original} WITH (FORCE)");
        await TestServer.Current.ExecuteAsync($"DROP DATABASE {copy} WITH (FORCE)");

        // Unpooled: a template must have no other connection.
        static string ConnectionString(string name) =>
            new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { Database = name, Pooling = false }.ConnectionString;
    }

    [Test]
    public async Task ACursor_FromBeforeTheTableOrTheInstallationWasMadeAnew_IsRefused()
    {
        var table = await ReadTable.CreateAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a'), (2, 'b')");
        await table.ReadAsync();

        await table.Table.RemoveAsync(TestServer.DataSource);
        await table.ExecuteAsync($"DELETE FROM {table.Name} WHERE id = 1");
        await table.Table.InstallAsync(TestServer.DataSource);
        Assert.That(table.LoadAsync, ThrowsCursor("another installation"));
        table.Cursor = null;
        Assert.That(await table.ReadAsync(), Is.EqualTo("2=b"));

        await table.ExecuteAsync($"DROP TABLE {table.Name}; CREATE TABLE {table.Name} (id int PRIMARY KEY, value text)");
        await table.Table.InstallAsync(TestServer.DataSource);
        Assert.That(table.LoadAsync, ThrowsCursor("another table"));
    }

    [Test]
    public async Task ACursor_ThatHasSeenWhatTheServerHasNot_IsRefused()
    {
        var table = await ReadTable.CreateAsync();
        await table.ReadAsync();
        var origin = table.Cursor!.ToString().Split('@')[1];

        table.Cursor = CatchUpCursor.Parse($"9000000000000:9000000000000:@{origin}");
        Assert.That(table.LoadAsync, ThrowsCursor("restored to an earlier time"));

        // The server's snapshot has a transaction under way that the cursor has seen.
        var open = await table.BeginAsync($"INSERT INTO {table.Name} VALUES (1, 'open')");
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (2, 'b')");
        var xmax = await table.ExecuteAsync("SELECT pg_snapshot_xmax(pg_current_snapshot())::text");
        table.Cursor = CatchUpCursor.Parse($"{xmax}:{xmax}:@{origin}");
        Assert.That(table.LoadAsync, ThrowsCursor("lost commits in a failover"));
        await ReadTable.EndAsync(open);
    }

    [Test]
    public async Task ACursor_ThatMayNotHaveSeenWhatWasPurged_IsRefused_AndOthersAreNot()
    {
        var table = await ReadTable.CreateAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a'), (2, 'b')");
        await table.ReadAsync();
        var old = table.Cursor;
        await table.ExecuteAsync($"DELETE FROM {table.Name} WHERE id = 1");
        Assert.That(await table.ReadAsync(), Is.EqualTo("-1"));

        Assert.That(await table.Table.PurgeAsync(TestServer.DataSource, TimeSpan.FromDays(1)), Is.Zero, "none is that old");
        await PurgeFirstAsync(table);
        await table.ExecuteAsync($"DELETE FROM {table.Name} WHERE id = 2; INSERT INTO {table.Name} VALUES (3, 'c')");
        Assert.That(await table.ReadAsync(), Is.EqualTo("-2 3=c"), "who has seen them goes on");

        table.Cursor = old;
        Assert.That(table.LoadAsync, ThrowsCursor("were purged"));
        table.Cursor = null;
        Assert.That(await table.ReadAsync(), Is.EqualTo("3=c"));
    }

    [Test]
    public async Task ACursor_FromWhenAnotherTransactionWasOpen_OutlivesThePurge()
    {
        var table = await ReadTable.CreateAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a'), (2, 'b'), (3, 'c')");
        await table.ExecuteAsync($"DELETE FROM {table.Name} WHERE id = 1");
        var open = await table.BeginAsync("SELECT pg_current_xact_id()");
        await table.ExecuteAsync($"DELETE FROM {table.Name} WHERE id = 2");
        await table.ReadAsync();
        await ReadTable.EndAsync(open);

        // The table rests, and so does its reader.
        for (var i = 0; i < 3; i++)
            await table.Table.PurgeAsync(TestServer.DataSource, TimeSpan.Zero);
        await table.ExecuteAsync($"DELETE FROM {table.Name} WHERE id = 3");

        Assert.That(await table.ReadAsync(), Is.EqualTo("-3"));
    }

    [Test]
    public void Purge_OfTheFuture_Throws() => Assert.That(
        () => new CatchUpTable("t", "id").PurgeAsync(TestServer.DataSource, TimeSpan.FromTicks(-1)),
        Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public async Task StampsOfAnotherCluster_AreToldOf_AndMendedByTheScript()
    {
        var table = await ReadTable.CreateAsync();
        await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (1, 'a'), (2, 'b'), (3, 'c'); DELETE FROM {table.Name} WHERE id = 3");
        // As a dump brings them: the triggers come after the rows.
        await table.ExecuteAsync($"""
            ALTER TABLE {table.Name} DISABLE TRIGGER catch_up_stamp;
            UPDATE {table.Name} SET catch_up_stamp = '9000000000000' WHERE id = 2;
            UPDATE {table.Tombstones} SET catch_up_stamp = '9000000000001';
            ALTER TABLE {table.Name} ENABLE ALWAYS TRIGGER catch_up_stamp;
            """);
        Assert.That(table.LoadAsync, Throws.InvalidOperationException.With.Message.Contains("run the installation script again"));

        await table.Table.InstallAsync(TestServer.DataSource);

        Assert.That(await table.ReadAsync(), Is.EqualTo("1=a 2=b"));
        Assert.That(await table.ReadAsync(), Is.Empty);
    }

    // Until the first deletion is purged. A purge goes as far as the horizon of a later deletion, which transactions of the
    // tests beside this one hold back.
    static Task PurgeFirstAsync(ReadTable table) => Eventually.IsTrueAsync(
        async () =>
        {
            await table.ExecuteAsync($"INSERT INTO {table.Name} VALUES (-1, 'brief'); DELETE FROM {table.Name} WHERE id = -1");
            await table.ReadAsync();
            return await table.Table.PurgeAsync(TestServer.DataSource, TimeSpan.Zero) > 0;
        },
        TimeSpan.FromMinutes(5));

    static ContainsConstraint ThrowsCursor(string message) =>
        Throws.TypeOf<CatchUpCursorException>().With.Message.Contains(message);
}
