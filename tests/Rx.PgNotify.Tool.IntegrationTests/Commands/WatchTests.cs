using Rx.PgNotify.Tables;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[LongTest]
public sealed class WatchTests : WatchFixture
{
    [Test]
    public async Task Watch_AsJson_WritesEachChangeWithItsKeyAndBothRows()
    {
        await using var tool = await WatchAsync("orders", "--count", "4");

        await ExecuteAsync("INSERT INTO orders VALUES (9007199254740993, 'open', 30.00)");
        await ExecuteAsync("UPDATE orders SET status = 'paid é \"quoted\"'");
        await ExecuteAsync("DELETE FROM orders");
        await ExecuteAsync("TRUNCATE orders");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(Changes(tool), Is.EqualTo(new[]
        {
            """{"op":"insert","key":{"id":9007199254740993},"new":{"id":9007199254740993,"status":"open","amount":30.00}}""",
            """{"op":"update","key":{"id":9007199254740993},"old":{"id":9007199254740993,"status":"open","amount":30.00},"new":{"id":9007199254740993,"status":"paid é \"quoted\"","amount":30.00},"changed":["status"]}""",
            """{"op":"delete","key":{"id":9007199254740993},"old":{"id":9007199254740993,"status":"paid é \"quoted\"","amount":30.00}}""",
            """{"op":"truncate"}""",
        }));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tool.Output, Has.One.StartsWith("{\"type\":\"watching\",\"schema\":\"public\",\"table\":\"orders\",\"key\":[\"id\"],\"time\":\""));
            Assert.That(Json.OfType(tool.Output, "change").Select(change => change.Text("time")), Is.All.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"));
            Assert.That(tool.Errors, Is.Empty);
            Assert.That(await RemainsAsync(), Is.EqualTo(Nothing));
        }
    }

    [Test]
    public async Task Watch_OfRowsThatHaveNoRoom_WritesTheirKeys_AndOfTooManyTheirNumber()
    {
        await using var tool = await WatchAsync("orders", "--count", "3");

        await ExecuteAsync("INSERT INTO orders VALUES (1, repeat('x', 9000), 0), (2, '', 0)");
        await ExecuteAsync("INSERT INTO orders SELECT i, 'many', 0 FROM generate_series(3, 1002) AS i");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(Changes(tool), Is.EqualTo(new[]
        {
            """{"op":"insert","key":{"id":1}}""", """{"op":"insert","key":{"id":2}}""", """{"op":"insert","count":1000}""",
        }));
    }

    [Test]
    public async Task Watch_AsTextOnAPipe_WritesColumnsThatNoValueCanForge_AndComments()
    {
        await using var tool = Start("orders", "--count", "4");
        var comment = await tool.ErrorLineAsync(line => line.Contains("watching", StringComparison.Ordinal));

        await ExecuteAsync("INSERT INTO orders VALUES (42, E'a\\tb\\u202e', 30.00)");
        await ExecuteAsync("UPDATE orders SET amount = 31, status = repeat('é', 100)");
        await ExecuteAsync("UPDATE orders SET amount = 31");
        await ExecuteAsync("INSERT INTO orders SELECT i, 'many', 0 FROM generate_series(1001, 2000) AS i");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(comment, Does.Match(@"^# \d\d:\d\d:\d\d\.\d\d\d watching public\.orders, key id$"));
        var columns = tool.Output.Select(line => line.Split('\t')).ToArray();
        Assert.That(columns.Select(c => c[0]), Is.All.Match(@"^\d\d:\d\d:\d\d\.\d\d\d$"));
        Assert.That(columns.Select(c => string.Join('|', c[1..])), Is.EqualTo(new[]
        {
            @"insert|id 42|status ""a\tb\u202E"", amount 30.00",
            $"""update|id 42|status "a\tb\u202E" -> "{new string('é', 58)}…, amount 30.00 -> 31""",
            "update|id 42|(nothing that is shown has changed)",
            "insert||(1,000 rows, no room for more)",
        }));
    }

    [Test]
    public async Task Watch_OfSomeColumns_OrOfKeysOnly_ShowsNoOthers()
    {
        await using var columns = await WatchAsync("orders", "--columns", "status", "--count", "2");
        await using var keys = await WatchAsync("orders", "--keys-only", "--count", "2");

        await ExecuteAsync("INSERT INTO orders VALUES (1, 'open', 30)");
        await ExecuteAsync("UPDATE orders SET amount = 31");

        Assert.That(await columns.ExitCodeAsync(), Is.Zero, columns.ToString());
        Assert.That(await keys.ExitCodeAsync(), Is.Zero, keys.ToString());
        Assert.That(Changes(columns), Is.EqualTo(new[]
        {
            """{"op":"insert","key":{"id":1},"new":{"id":1,"status":"open"}}""",
            """{"op":"update","key":{"id":1},"old":{"id":1,"status":"open"},"new":{"id":1,"status":"open"},"changed":[]}""",
        }));
        Assert.That(Changes(keys), Is.EqualTo(new[]
        {
            """{"op":"insert","key":{"id":1},"new":{"id":1}}""", """{"op":"update","key":{"id":1},"new":{"id":1}}""",
        }));
    }

    [Test]
    public async Task Watch_OfAPartitionedTable_WritesEachStatementOnce()
    {
        await ExecuteAsync("""
            CREATE SCHEMA "Sales"; CREATE TABLE "Sales"."Big.Orders" (id int, kind int, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
            CREATE TABLE one PARTITION OF "Sales"."Big.Orders" FOR VALUES IN (1)
            """);
        await using var tool = await WatchAsync("Big.Orders", "--schema", "Sales", "--count", "2");

        await ExecuteAsync("""INSERT INTO "Sales"."Big.Orders" VALUES (1, 1)""");
        await ExecuteAsync("INSERT INTO one VALUES (2, 1)");

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(Changes(tool), Is.EqualTo(new[]
        {
            """{"op":"insert","key":{"id":1,"kind":1},"new":{"id":1,"kind":1}}""", """{"op":"insert","key":{"id":2,"kind":1},"new":{"id":2,"kind":1}}""",
        }));
    }

    [Test]
    public async Task Watch_OfATableWithoutAKey_ShowsAnUpdatedRowAsDeletedAndInserted_AndAsUpdatedByAKeyThatIsGiven()
    {
        await ExecuteAsync("CREATE TABLE keyless (id int NOT NULL UNIQUE, status text); INSERT INTO keyless VALUES (1, 'open')");
        await using var without = await WatchAsync("keyless", "--count", "2");
        await using var with = await WatchAsync("keyless", "--key", "id", "--count", "1");

        await ExecuteAsync("UPDATE keyless SET status = 'paid'");

        Assert.That(await without.ExitCodeAsync(), Is.Zero, without.ToString());
        Assert.That(await with.ExitCodeAsync(), Is.Zero, with.ToString());
        Assert.That(Changes(without), Is.EquivalentTo(new[] { """{"op":"delete","old":{"id":1,"status":"open"}}""", """{"op":"insert","new":{"id":1,"status":"paid"}}""" }));
        Assert.That(Changes(with), Is.EqualTo(new[]
        {
            """{"op":"update","key":{"id":1},"old":{"id":1,"status":"open"},"new":{"id":1,"status":"paid"},"changed":["status"]}""",
        }));
    }

    [Test]
    public async Task Watch_BesideAnotherAndTheApplicationsTriggers_RemovesItsOwnAlone()
    {
        await ExecuteAsync(new TableTrigger("orders").InstallScript);
        await using var first = await WatchAsync("orders", "--count", "1");
        await using var second = await WatchAsync("orders", "--count", "2");

        await ExecuteAsync("INSERT INTO orders VALUES (1, 'open', 30)");
        Assert.That(await first.ExitCodeAsync(), Is.Zero, first.ToString());
        Assert.That(await RemainsAsync(), Is.EqualTo("4 triggers, 1 functions"));
        await ExecuteAsync("INSERT INTO orders VALUES (2, 'open', 30)");
        Assert.That(await second.ExitCodeAsync(), Is.Zero, second.ToString());

        Assert.That(Changes(second), Has.Length.EqualTo(2));
        Assert.That(await RemainsAsync(), Is.EqualTo(Nothing));
        Assert.That(await ExecuteAsync("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"), Is.EqualTo(4L), "the application's");
    }

    [TestCase("nothing", "there is no table public.nothing in the database ")]
    [TestCase("Orders", "did you mean public.orders?")]
    [TestCase("sales.orders", "did you mean public.orders?")]
    [TestCase("a_view", "public.a_view is a view, which has no rows of its own: watch the tables that it reads.")]
    [TestCase("a_materialized_view", "public.a_materialized_view is a materialized view, which no trigger can watch")]
    [TestCase("a_partition", "public.a_partition is a partition: watch public.partitioned, the partitioned table.")]
    [TestCase("a_sequence", "public.a_sequence is not a table.")]
    [TestCase("a_temporary_table", "only a temporary one, whose changes no session but its own can see.")]
    [TestCase("orders --columns nosuch", "public.orders has no stored column nosuch (SQLSTATE 42703)")]
    [TestCase("keyless --keys-only", "keyless has no primary key: name the columns that identify a row")]
    public async Task Watch_OfWhatCanNotBeWatched_SaysWhyInOneLine(string arguments, string reason)
    {
        await ExecuteAsync("""
            CREATE VIEW a_view AS SELECT * FROM orders; CREATE MATERIALIZED VIEW a_materialized_view AS SELECT * FROM orders; CREATE SEQUENCE a_sequence;
            CREATE TABLE keyless (id int); CREATE TABLE partitioned (id int) PARTITION BY LIST (id); CREATE TABLE a_partition PARTITION OF partitioned DEFAULT
            """);
        await using var session = await TemporaryTableAsync();
        var words = arguments.Split(' ');

        await using var tool = Start(words[0], words[1..]);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1), tool.ToString());
        Assert.That(tool.Errors.Where(line => !line.StartsWith('#')), Has.One.StartsWith("pgnotify: ").And.One.Contains(reason));
        Assert.That(tool.Output, Is.Empty);
        Assert.That(await RemainsAsync(), Is.EqualTo(Nothing));
    }

    [TestCase("GRANT SELECT ON orders TO {0}", "permission denied for table orders")]
    [TestCase("ALTER TABLE orders OWNER TO {0}", "permission denied for schema public")]
    public async Task Watch_WithoutTheRights_SaysWhatItTakes(string grant, string reason)
    {
        var role = UniqueChannel.Name("role");
        await ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'secret'; REVOKE CREATE ON SCHEMA public FROM PUBLIC; {string.Format(null, grant, role)}");
        try
        {
            var connection = new Npgsql.NpgsqlConnectionStringBuilder(Connection) { Username = role, Password = "secret" };
            await using var tool = await ToolProcess.RunAsync(["watch", "orders", "--connection", connection.ConnectionString]);

            Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1), tool.ToString());
            Assert.That(tool.Errors[^1], Does.StartWith("pgnotify: no trigger can be installed on public.orders: ").And.Contain(reason).And.Contain("42501")
                .And.EndWith("It takes the table's owner, and the right to create functions in the schema public."));
            Assert.That(await RemainsAsync(), Is.EqualTo(Nothing));
        }
        finally
        {
            await ExecuteAsync($"DROP OWNED BY {role} CASCADE; DROP ROLE {role}");
        }
    }

    // As long as it is open, there is one.
    async Task<Npgsql.NpgsqlConnection> TemporaryTableAsync()
    {
        var session = new Npgsql.NpgsqlConnection(new Npgsql.NpgsqlConnectionStringBuilder(Connection) { Pooling = false }.ConnectionString);
        await session.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("CREATE TEMPORARY TABLE a_temporary_table (id int)", session);
        await command.ExecuteNonQueryAsync();
        return session;
    }
}
