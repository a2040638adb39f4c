namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>A database of each test's own with a table to watch: triggers that others left behind would be removed.</summary>
public abstract class WatchFixture : SampleFixture
{
    [SetUp]
    public Task CreateTableAsync() => ExecuteAsync("CREATE TABLE orders (id bigint PRIMARY KEY, status text, amount numeric)");

    /// <summary>Starts <c>watch --format json</c> and returns once the trigger is installed.</summary>
    private protected async Task<ToolProcess> WatchAsync(string table, params string[] options)
    {
        var tool = Start(table, ["--format", "json", .. options]);
        try
        {
            await tool.OutputLineAsync(line => Json.IsType(line, "watching"));
            return tool;
        }
        catch
        {
            await tool.DisposeAsync();
            throw;
        }
    }

    private protected ToolProcess Start(string table, params string[] options) =>
        ToolProcess.Start(["watch", table, "--connection", Connection, .. options]);

    /// <summary>What is there of watches: triggers, and functions.</summary>
    private protected async Task<string> RemainsAsync() => (string)(await ExecuteAsync(
        """
        SELECT (SELECT count(*) FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE prosrc LIKE '%pgnotify\_watch\_%') || ' triggers, '
            || (SELECT count(*) FROM pg_proc WHERE prosrc LIKE '%pgnotify\_watch\_%') || ' functions'
        """))!;

    private protected const string Nothing = "0 triggers, 0 functions";

    const string Beginning = "{\"type\":\"change\",";
    const string End = ",\"time\":\"2026-11-29T12:01:08.001Z\"}";

    /// <summary>Changes without the time at which they arrived.</summary>
    private protected static string[] Changes(ToolProcess tool) => [.. tool.Output
        .Where(line => Json.IsType(line, "change"))
        .Select(line => $"{{{line[Beginning.Length..^End.Length]}}}")];
}
