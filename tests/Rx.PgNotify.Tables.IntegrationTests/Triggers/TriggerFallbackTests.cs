using System.Text;

namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

/// <summary>What doesn't fit, or can't be reported, never fails the write.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TriggerFallbackTests
{
    [Test]
    public async Task ARowOfOneMegabyte_IsReportedByItsKey([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE docs (id int PRIMARY KEY, body text)");
        await stage.InstallAsync("docs", new() { Payload = TriggerPayload.Rows, IncludeOld = true, RowLevel = rowLevel });

        var reported = await stage.ReportedByAsync("""
            INSERT INTO docs SELECT 1, string_agg(md5(i::text), '') FROM generate_series(1, 32768) AS i;
            UPDATE docs SET body = body || 'x';
            DELETE FROM docs;
            INSERT INTO docs SELECT i, CASE i WHEN 150 THEN repeat('x', 1048576) END FROM generate_series(1, 200) AS i
            """);

        Assert.That(reported.Take(3), Is.EqualTo(new[]
        {
            """{"schema":"S","table":"docs","op":"insert","seq":1,"count":1,"keys":[{"op":"insert","new":{"id":1}}]}""",
            """{"schema":"S","table":"docs","op":"update","seq":2,"count":1,"keys":[{"op":"update","new":{"id":1}}]}""",
            """{"schema":"S","table":"docs","op":"delete","seq":3,"count":1,"keys":[{"op":"delete","old":{"id":1}}]}""",
        }));
        if (rowLevel)
            Assert.That(reported.Skip(3).Select(Payload.Kind).Distinct(), Is.EquivalentTo(new[] { "rows", "keys" }));
        else
            Assert.That((Payload.Kind(reported[3]), Payload.Count(reported[3])), Is.EqualTo(("keys", 200)));
    }

    [TestCase("x", 1)]
    [TestCase("é", 2)]
    [TestCase("\u0001", 6)]
    public async Task RowsThatJustFit_AreReported_AndAByteMoreIsNot(string character, int bytes)
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY, a text, b text)");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows });
        var empty = $$$"""{"schema":"{{{stage.Schema}}}","table":"t","op":"insert","seq":1,"count":1,"rows":[{"op":"insert","new":{"id":1,"a":"","b":""}}]}""";
        var (characters, rest) = Math.DivRem(7_999 - Encoding.UTF8.GetByteCount(empty), bytes);
        var fitting = $"INSERT INTO t VALUES (1, repeat('{character}', {characters}), repeat('y', {rest}))";

        Assert.That((await stage.ReportedByAsync(fitting)).Select(Payload.Kind), Is.EqualTo(new[] { "rows" }));
        Assert.That((await stage.ReportedByAsync($"{fitting.Replace("(1,", "(2,")[..^1]} || 'z')")).Select(Payload.Kind), Is.EqualTo(new[] { "keys" }));
    }

    [Test]
    public async Task LargeValues_AreNotExpandedForRowsThatCannotFit()
    {
        await using var stage = await TableStage.CreateAsync("""
            CREATE TABLE docs (id int PRIMARY KEY, n int DEFAULT 0, body text);
            INSERT INTO docs SELECT i, 0, repeat('x', 500000) FROM generate_series(1, 100) AS i
            """);
        await stage.InstallAsync("docs", new() { Payload = TriggerPayload.Rows });

        // Where they are stored they take half a megabyte, compressed; a join of what they are takes temporary files.
        var reported = await stage.ReportedByAsync("SET temp_file_limit = '5MB'; UPDATE docs SET n = 1");

        Assert.That(reported.Select(Payload.Kind), Is.EqualTo(new[] { "keys" }));
    }

    [Test]
    public async Task AValueThatIsTooLargeAsItIsStored_IsNotEvenTried([Values] bool rowLevel, [Values] bool includeOld)
    {
        await using var stage = await TableStage.CreateAsync("""
            CREATE TYPE span AS RANGE (subtype = text);
            CREATE FUNCTION refuse(span) RETURNS json LANGUAGE plpgsql AS $$ BEGIN RAISE 'no JSON of this'; END $$;
            CREATE CAST (span AS json) WITH FUNCTION refuse(span);
            CREATE TABLE t (id int PRIMARY KEY, n int, v span);
            """);
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel, IncludeOld = includeOld });

        var reported = await stage.ReportedByAsync("""
            INSERT INTO t SELECT 1, 1, span('', (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 3000) AS i));
            UPDATE t SET n = 2;
            UPDATE t SET id = 2;
            DELETE FROM t;
            """);

        Assert.That(reported.Select(Payload.Kind), Is.EqualTo(new[] { "keys", "keys", "keys", "keys" }));
    }

    [Test]
    public async Task AnUpdateThatTakesALargeValueAway_IsReportedWhole([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync(
            "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT 1, string_agg(md5(i::text), '') FROM generate_series(1, 3000) AS i");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel });

        Assert.That((await stage.ReportedByAsync("UPDATE t SET v = ''")).SelectMany(Payload.Entries), Is.EqualTo(new[]
        {
            """update {"op":"update","new":{"id":1,"v":""}}""",
        }));
    }

    [Test]
    public async Task ALargeColumnThatWasRenamed_IsReportedByItsNewName([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY, v text)");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel });
        await stage.ExecuteAsync("ALTER TABLE t RENAME v TO w");

        Assert.That((await stage.ReportedByAsync("INSERT INTO t VALUES (1, 'a')")).SelectMany(Payload.Entries), Is.EqualTo(new[]
        {
            """insert {"op":"insert","new":{"id":1,"w":"a"}}""",
        }));
    }

    [Test, LongTest]
    public async Task AnUpdateOfManyRows_IsReportedOnceWithItsCount([Values(TriggerPayload.Bare, TriggerPayload.RowCount, TriggerPayload.Keys, TriggerPayload.Rows)] TriggerPayload payload)
    {
        await using var stage = await TableStage.CreateAsync(
            "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t SELECT i, 0 FROM generate_series(1, 100000) AS i");
        await stage.InstallAsync("t", new() { Payload = payload });

        var reported = await stage.ReportedByAsync("UPDATE t SET a = 1");

        Assert.That(reported, Has.Count.EqualTo(1));
        if (payload != TriggerPayload.Bare)
            Assert.That((Payload.Kind(reported[0]), Payload.Count(reported[0])), Is.EqualTo(("count", 100_000)));
    }

    [Test]
    public async Task SeveralRows_AreReportedTogether_ThenByKeys_ThenByCount()
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY, a text DEFAULT repeat('x', 100))");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows });
        string[] expected = ["rows", "keys", "count", "count"];
        int[] rows = [50, 180, 300, 1_000];

        var reported = await stage.ReportedByAsync(string.Join(';', rows.Select((n, i) =>
            $"INSERT INTO t SELECT i FROM generate_series({(i + 1) * 10_000}, {((i + 1) * 10_000) + n - 1}) AS i")));

        Assert.That(reported.Select(Payload.Count), Is.EqualTo(rows));
        Assert.That(reported.Select(Payload.Kind), Is.EqualTo(expected));
    }

    [Test]
    public async Task Keys_ThatDoNotFit_AreNotReported([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id text PRIMARY KEY)");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Keys, RowLevel = rowLevel });

        // A key is at most a third of a page, unless it is compressed.
        var reported = await stage.ReportedByAsync("INSERT INTO t VALUES (repeat('k', 100000))");

        Assert.That(reported, Is.EqualTo(new[] { """{"schema":"S","table":"t","op":"insert","seq":1,"count":1}""" }));
    }

    [TestCase("numeric", "'NaN'", "\"NaN\"")]
    [TestCase("numeric", "1e130000 + 0.5", null)]
    [TestCase("float8", "'-Infinity'", "\"-Infinity\"")]
    [TestCase("float8", "0.1::float8 + 0.2", "0.30000000000000004")]
    [TestCase("timestamptz", "'infinity'", "\"infinity\"")]
    [TestCase("date", "'4713-01-01 BC'", "\"4713-01-01 BC\"")]
    [TestCase("bytea", "'\\x00ff'", "\"\\\\x00ff\"")]
    [TestCase("int4range", "'[1,5)'", "\"[1,5)\"")]
    [TestCase("int[]", "'{{1,NULL},{3,4}}'", "[[1,null],[3,4]]")]
    [TestCase("json", "'{\"a\":\"\\u0000\"}'", "{\"a\":\"\\u0000\"}")]
    [TestCase("jsonb", "'[1e400]'", null)]
    [TestCase("text", "E'quote \" backslash \\\\ tab \\t newline \\n \\x01 \U0001F418'", "\"quote \\\" backslash \\\\ tab \\t newline \\n \\u0001 \U0001F418\"")]
    [TestCase("xml", "'<a b=\"c\"/>'", "\"<a b=\\\"c\\\"/>\"")]
    [TestCase("money", "1.5", "\"$1.50\"")]
    [TestCase("positive", "5", "5")]
    [TestCase("mood", "'so \"so\"'", "\"so \\\"so\\\"\"")]
    [TestCase("pair", "(1, 'x')", "{\"a\":1,\"b\":\"x\"}")]
    public async Task AnyValue_IsWrittenAndReportedAsJson(string type, string value, string? json)
    {
        await using var stage = await TableStage.CreateAsync("""
            CREATE DOMAIN positive AS int CHECK (value > 0);
            CREATE TYPE mood AS ENUM ('so "so"');
            CREATE TYPE pair AS (a int, b text);
            """);
        await stage.ExecuteAsync($"CREATE TABLE t (id int PRIMARY KEY, v {type})");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows });

        var reported = await stage.ReportedByAsync($"INSERT INTO t VALUES (1, {value})");

        Assert.That(reported, Has.Count.EqualTo(1));
        if (json is not null)
            Assert.That(Payload.Entries(reported[0]), Is.EqualTo(new[] { $$$"""insert {"op":"insert","new":{"id":1,"v":{{{json}}}}}""" }));
    }

    [Test]
    public async Task ARowThatCannotBecomeJson_IsReportedByItsCount([Values] bool rowLevel, [Values("RAISE 'no JSON of this'", "ASSERT false")] string failure)
    {
        await using var stage = await TableStage.CreateAsync($"""
            CREATE TYPE secret AS ENUM ('a');
            CREATE FUNCTION refuse(secret) RETURNS json LANGUAGE plpgsql AS $$ BEGIN {failure}; RETURN 'null'; END $$;
            CREATE CAST (secret AS json) WITH FUNCTION refuse(secret);
            CREATE TABLE t (id int PRIMARY KEY, v secret);
            """);
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, RowLevel = rowLevel });

        Assert.That(await stage.ReportedByAsync("INSERT INTO t VALUES (1, 'a')"), Is.EqualTo(new[]
        {
            """{"schema":"S","table":"t","op":"insert","seq":1,"count":1}""",
        }));
        Assert.That(await stage.ExecuteAsync("SELECT count(*) FROM t"), Is.EqualTo(1L));
    }

    [Test]
    public async Task AColumnThatWasDroppedOrRenamed_DoesNotFailTheWrite([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY, a int, b int)");
        var options = new TableTriggerOptions { Payload = TriggerPayload.Columns, Columns = ["id", "a"], RowLevel = rowLevel };
        await stage.InstallAsync("t", options);
        await stage.ReportedByAsync("INSERT INTO t VALUES (1, 2, 3)");

        await stage.ExecuteAsync("ALTER TABLE t RENAME a TO c");
        Assert.That((await stage.ReportedByAsync("UPDATE t SET c = 5")).Select(Payload.Kind), Is.EqualTo(new[] { "altered" }));
        await stage.ExecuteAsync("ALTER TABLE t DROP c");
        Assert.That((await stage.ReportedByAsync("UPDATE t SET b = 5")).Select(Payload.Kind), Is.EqualTo(new[] { "altered" }));
        Assert.That(async () => await stage.InstallAsync("t", options), Throws.TypeOf<Npgsql.PostgresException>().With.Property("SqlState").EqualTo("42703"));
    }

    [Test]
    public async Task ColumnsThatComeAndGoWithinASession_AreReportedAsTheyAre([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY, a int)");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, IncludeOld = true, RowLevel = rowLevel });
        await using var connection = await stage.ConnectAsync();

        await TableStage.ExecuteAsync(connection, "INSERT INTO t VALUES (1, 2)");
        await TableStage.ExecuteAsync(connection, "ALTER TABLE t ADD b text DEFAULT 'x'");
        await TableStage.ExecuteAsync(connection, "UPDATE t SET b = 'y'");
        await TableStage.ExecuteAsync(connection, "ALTER TABLE t DROP a");
        await TableStage.ExecuteAsync(connection, "DELETE FROM t");

        Assert.That((await stage.ReportedAsync()).SelectMany(Payload.Entries), Is.EqualTo(new[]
        {
            """insert {"op":"insert","new":{"id":1,"a":2}}""",
            """update {"op":"update","new":{"id":1,"a":2,"b":"y"},"old":{"id":1,"a":2,"b":"x"}}""",
            """delete {"op":"delete","old":{"id":1,"b":"y"}}""",
        }));
    }

    [Test]
    public async Task ASettingThatIsSpoilt_DoesNotFailTheWrite()
    {
        await using var stage = await TableStage.CreateAsync("CREATE TABLE t (id int PRIMARY KEY)");
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Keys });

        Assert.That(await stage.ReportedByAsync("SET rx_pgnotify.seq = 'no number'; INSERT INTO t VALUES (1)"), Has.Count.EqualTo(1));
        Assert.That(await stage.ReportedByAsync("SET rx_pgnotify.seq = '99999999999999999999'; INSERT INTO t VALUES (2)"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ColumnsNamedLikeVariablesOfTheFunction_AreReportedLikeOthers([Values] bool rowLevel)
    {
        await using var stage = await TableStage.CreateAsync("""
            CREATE TABLE t (r int PRIMARY KEY, o int, n int, key int, reported int, old_reported int, op text, message text, rows int, keys int, tg_op text, change int, stored int, keys_fit int, new_fits int, old_fits int, altered int, intact int,
                changed_rows int, old int, new int, former int, "x%1$s" int)
            """);
        await stage.InstallAsync("t", new() { Payload = TriggerPayload.Rows, IncludeOld = true, ColumnFilter = ["op", "x%1$s"], RowLevel = rowLevel });

        var reported = await stage.ReportedByAsync("INSERT INTO t (r, op) VALUES (1, 'a'); UPDATE t SET op = 'b'; UPDATE t SET n = 1; DELETE FROM t");

        Assert.That(reported.Select(Payload.Kind), Is.EqualTo(new[] { "rows", "rows", "rows" }));
    }
}
