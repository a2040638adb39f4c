using Npgsql;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>What the tests of commands against a server share.</summary>
abstract class ToolTest
{
    protected static string Connection => TestServer.ConnectionString;

    protected static NpgsqlConnectionStringBuilder ConnectionParts => new(Connection);

    /// <summary>The server as a URI.</summary>
    protected static string Uri
    {
        get
        {
            var parts = ConnectionParts;
            return $"postgres://{System.Uri.EscapeDataString(parts.Username!)}:{System.Uri.EscapeDataString(parts.Password!)}"
                + $"@{System.Uri.EscapeDataString(parts.Host!)}:{parts.Port}/{System.Uri.EscapeDataString(parts.Database ?? parts.Username!)}";
        }
    }

    protected static string NewChannel() => UniqueChannel.Name("tool");

    /// <summary>Starts <c>listen --format json</c> and returns once the server has acknowledged every channel.</summary>
    protected static async Task<ToolProcess> ListenAsync(string[] channels, params string[] options)
    {
        var tool = ToolProcess.Start(["listen", .. channels, "--connection", Connection, "--format", "json", .. options]);
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

    protected static async Task NotifyAsync(string channel, params string[] payloads)
    {
        foreach (var payload in payloads)
            await TestServer.DataSource.NotifyAsync(channel, payload);
    }
}
