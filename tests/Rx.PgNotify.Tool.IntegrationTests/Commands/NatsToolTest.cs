namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>What the tests of commands over NATS share: a NATS server for the class, and for each test subjects of its own.</summary>
abstract class NatsToolTest : ToolTest
{
    NatsServer? _server;

    protected NatsServer Server => _server!;

    [OneTimeSetUp]
    public async Task StartServerAsync() => _server = await NatsServer.StartAsync(Configuration);

    [OneTimeTearDown]
    public async Task StopServerAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    /// <summary>Of the NATS server.</summary>
    protected virtual string Configuration => "";

    protected static string NewPrefix() => UniqueChannel.Name("prefix");

    /// <summary>Starts a bridge and returns once it is at work, or stands by.</summary>
    protected async Task<ToolProcess> BridgeAsync(string prefix, string state, params string[] arguments)
    {
        var tool = ToolProcess.Start(["bridge", "--connection", Connection, "--nats", Server.Url, "--prefix", prefix, .. arguments]);
        try
        {
            await tool.ErrorLineAsync(line => line.EndsWith(state, StringComparison.Ordinal));
            return tool;
        }
        catch
        {
            await tool.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts <c>listen --nats --format json</c> and returns once every channel can be heard.</summary>
    protected async Task<ToolProcess> ListenOverNatsAsync(string prefix, string[] channels, params string[] options)
    {
        var tool = ToolProcess.Start(["listen", .. channels, "--nats", Server.Url, "--prefix", prefix, "--format", "json", .. options]);
        try
        {
            foreach (var channel in channels)
                await tool.OutputLineAsync(line => Json.IsSubscribed(line, channel));
            return tool;
        }
        catch
        {
            await tool.DisposeAsync();
            throw;
        }
    }
}
