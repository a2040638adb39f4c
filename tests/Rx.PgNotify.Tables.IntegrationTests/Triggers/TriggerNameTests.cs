using System.Text;

namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

/// <summary>Names are data: none of them gets out of its quotes.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class TriggerNameTests
{
    static readonly string[] s_names =
    [
        "x\"; DROP TABLE innocent; --",
        "x'); DROP TABLE innocent; --",
        "x\\'; DROP TABLE innocent; --",
        "x$script$; DROP TABLE innocent; --",
        "x$function$; DROP TABLE innocent; --",
        "x$script1$ $function1$ $script$ $function$",
        "x\n; DROP TABLE innocent; --",
        "%1$s %s %I %% {0} :a @b $1 ?",
        "t",
        "k",
        "r",
        "reported",
        "Ünï コード 🐘",
        "x\t\r\u0001\u2028\"\\/{}[]",
        "a.b.c",
    ];

    static IEnumerable<TestCaseData> Names() =>
        from name in s_names
        from rowLevel in new[] { false, true }
        select new TestCaseData(name, rowLevel).SetArgDisplayNames(Convert.ToHexString(Encoding.UTF8.GetBytes(name)[..Math.Min(8, name.Length)]), $"{rowLevel}");

    [TestCaseSource(nameof(Names))]
    public async Task AnyName_OfSchemaTableColumnAndChannel_IsOnlyAName(string name, bool rowLevel)
    {
        var schema = UniqueChannel.Name("names");
        var channel = $"{schema[6..18]} {name}"[..Math.Min(name.Length + 13, 40)]; // what is unique first: it may be cut
        await using var stage = await TableStage.CreateAsync("CREATE TABLE innocent (id int)", channel);
        await using var connection = await stage.ConnectAsync();
        var (q, s) = (Quoted(name), Quoted(name + schema[..14]));
        foreach (var setting in new[] { "on", "off" })
        {
            await TableStage.ExecuteAsync(connection, $"SET standard_conforming_strings = {setting}; SET backslash_quote = on; SET escape_string_warning = off");
            await TableStage.ExecuteAsync(connection, $"CREATE SCHEMA {s}; CREATE TABLE {s}.{q} ({q} int PRIMARY KEY, {Quoted(name + "2")} int, c text)");
            try
            {
                var options = new TableTriggerOptions
                {
                    Payload = TriggerPayload.Columns,
                    Columns = [name + "2", name],
                    IncludeOld = true,
                    ColumnFilter = [name + "2"],
                    KeyColumns = setting == "on" ? [] : [name],
                    RowLevel = rowLevel,
                };
                var trigger = new TableTrigger(name, channel, name + schema[..14], options);
                await trigger.InstallAsync(connection);
                Assert.That(await trigger.IsInstalledAsync(connection), Is.True);
                await TableStage.ExecuteAsync(connection, trigger.InstallScript);
                Assert.That(await trigger.IsInstalledAsync(connection), Is.True);
                await TableStage.ExecuteAsync(connection, $"INSERT INTO {s}.{q} VALUES (1, 2, 'x'); UPDATE {s}.{q} SET {Quoted(name + "2")} = 3; UPDATE {s}.{q} SET c = ''; TRUNCATE {s}.{q}");
                var reported = await stage.ReportedAsync();
                Assert.That(reported.SelectMany(Payload.Entries).Select(entry => entry.Split(' ')[0]), Is.EqualTo(new[] { "insert", "update", "truncate" }));
                using var json = System.Text.Json.JsonDocument.Parse(reported[1]);
                Assert.That(json.RootElement.GetProperty("table").GetString(), Is.EqualTo(name));
                Assert.That(json.RootElement.GetProperty("rows")[0].GetProperty("old").GetProperty(name + "2").GetInt32(), Is.EqualTo(2));
                await trigger.RemoveAsync(connection);
                Assert.That(await TableStage.ExecuteAsync(connection, "SELECT count(*) FROM innocent"), Is.Zero);
            }
            finally
            {
                await TableStage.ExecuteAsync(connection, $"DROP SCHEMA {s} CASCADE");
            }
        }
    }

    [Test]
    public async Task LongNames_AreCutInNoWayThatConfusesThem()
    {
        var table = new string('é', 31);
        await using var stage = await TableStage.CreateAsync($"CREATE TABLE {table}1 (id int); CREATE TABLE {table}2 (id int)");
        await stage.InstallAsync($"{table}1");
        await stage.InstallAsync($"{table}2", new() { Payload = TriggerPayload.RowCount });

        Assert.That(
            await stage.ReportedByAsync($"INSERT INTO {table}1 VALUES (1); INSERT INTO {table}2 VALUES (1)"),
            Is.EqualTo(new[]
            {
                $$"""{"schema":"S","table":"{{table}}1","op":"insert"}""",
                $$"""{"schema":"S","table":"{{table}}2","op":"insert","seq":1,"count":1}""",
            }));
    }

    static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
