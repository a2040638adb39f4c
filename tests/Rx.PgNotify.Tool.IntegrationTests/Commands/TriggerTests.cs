using Rx.PgNotify.Tables;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[Parallelizable(ParallelScope.All)]
sealed class TriggerTests : ToolTest
{
    [Test]
    public async Task Trigger_PrintsTheScriptOfTheLibrary()
    {
        await using var tool = await ToolProcess.RunAsync(
        [
            "trigger", "sales.Orders", "--channel", "c", "--columns", "id,status", "--old", "--on", "update,delete", "--only-if", "status", "--only-if", "a", "--key", "id",
        ]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(string.Join('\n', tool.Output) + "\n", Is.EqualTo(new TableTrigger("Orders", "c", "sales", new()
        {
            Payload = TriggerPayload.Columns,
            Columns = ["id", "status"],
            IncludeOld = true,
            Operations = TableOperations.Update | TableOperations.Delete,
            ColumnFilter = ["status", "a"],
            KeyColumns = ["id"],
        }).InstallScript));
    }

    [LongTest]
    [TestCase("bare", TriggerPayload.Bare)]
    [TestCase("count", TriggerPayload.RowCount)]
    [TestCase("keys", TriggerPayload.Keys)]
    [TestCase("rows", TriggerPayload.Rows)]
    public async Task Trigger_KnowsEachKindOfPayload(string name, TriggerPayload payload)
    {
        await using var tool = await ToolProcess.RunAsync(["trigger", "a.b", "--schema", "s.1", "--payload", name, "--row-level", "--fire-on-replica"]);

        Assert.That(
            string.Join('\n', tool.Output) + "\n",
            Is.EqualTo(new TableTrigger("a.b", "a.b", "s.1", new() { Payload = payload, RowLevel = true, FireOnReplica = true }).InstallScript));
    }

    [Test]
    public async Task Trigger_WithDrop_PrintsTheScriptThatRemoves()
    {
        await using var tool = await ToolProcess.RunAsync(["trigger", "orders", "--drop"]);

        Assert.That(string.Join('\n', tool.Output) + "\n", Is.EqualTo(new TableTrigger("orders", "orders").RemoveScript));
    }

    [Test]
    public async Task Trigger_InstallsAndRemoves()
    {
        var table = UniqueChannel.Name("tool");
        await TestServer.Current.ExecuteAsync($"CREATE TABLE {table} (id int PRIMARY KEY)");
        try
        {
            await using var listener = await ListenAsync([table], "--count", "2");
            foreach (var action in new[] { "--install", "--install", "--remove", "--remove" })
            {
                await using var tool = await ToolProcess.RunAsync(["trigger", table, "--payload", "keys", action, "--connection", Connection]);
                Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
                Assert.That(tool.Output, Is.Empty);
                await TestServer.Current.ExecuteAsync($"INSERT INTO {table} SELECT count(*) FROM {table}");
            }

            await NotifyAsync(table, "more would have come before");
            await listener.ExitCodeAsync();
            Assert.That(Json.OfType(listener.Output, "notification").Select(n => n.Text("payload")), Is.EqualTo(new[]
            {
                $$$"""{"schema":"public","table":"{{{table}}}","op":"insert","seq":1,"count":1,"rows":[{"op":"insert","new":{"id":0}}]}""",
                $$$"""{"schema":"public","table":"{{{table}}}","op":"insert","seq":1,"count":1,"rows":[{"op":"insert","new":{"id":1}}]}""",
            }));
        }
        finally
        {
            await TestServer.Current.ExecuteAsync($"DROP TABLE {table}");
        }
    }

    [Test]
    public async Task Trigger_ThatTheServerRefuses_IsOneLine()
    {
        await using var tool = await ToolProcess.RunAsync(["trigger", "no_such_table", "--install", "--connection", Connection]);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(tool.Errors, Is.EqualTo(new[] { "pgnotify: relation \"public.no_such_table\" does not exist (SQLSTATE 42P01)" }));
    }

    [LongTest]
    [TestCase("--columns must be given if the payload is columns, and only then.", "trigger", "t", "--payload", "keys", "--columns", "a")]
    [TestCase("--on takes insert, update, delete, truncate.", "trigger", "t", "--on", "insert,upsert")]
    [TestCase("--install, --remove and --drop exclude each other.", "trigger", "t", "--install", "--drop")]
    [TestCase("Must be one of: 'bare' 'count' 'keys' 'columns' 'rows'", "trigger", "t", "--payload", "everything")]
    [TestCase("there is no option '--conection'", "trigger", "t", "--install", "--conection", "Password=s3cret")]
    [TestCase("63 bytes", "trigger", "t", "--channel", "0123456789012345678901234567890123456789012345678901234567890123")]
    [TestCase("--key must be free of duplicates.", "trigger", "t", "--key", "a,b,a")]
    [TestCase("--only-if must be empty unless updates are reported.", "trigger", "t", "--only-if", "a", "--on", "insert")]
    [TestCase("--old must be off", "trigger", "t", "--old")]
    [TestCase("A column's name has 1 to 63 bytes", "trigger", "t", "--columns", "a,,b")]
    [TestCase("--fire-on-replica must be off unless the triggers are row-level", "trigger", "t", "--fire-on-replica")]
    public async Task Trigger_CalledWrongly_SaysWhatIsWrong(string expected, params string[] arguments)
    {
        await using var tool = await ToolProcess.RunAsync(arguments);

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(2), tool.ToString());
        Assert.That(tool.Output, Is.Empty);
        Assert.That(tool.Errors, Has.Count.EqualTo(2).And.Some.Contains(expected).And.All.Not.Contains("s3cret"));
        Assert.That(tool.Errors[1], Is.EqualTo("Try 'pgnotify trigger --help'."));
    }
}
