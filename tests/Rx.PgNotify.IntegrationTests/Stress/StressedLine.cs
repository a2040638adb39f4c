using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Stress;

/// <summary>A listener's line to the server: bytes go through the faults, and messages past a tap that looks into the session.</summary>
sealed class StressedLine : IAsyncDisposable
{
    readonly WireTap _tap = WireTap.Start(TestServer.ConnectionString, keepStatements: false);

    public StressedLine(string name)
    {
        Proxy = FaultProxy.Start(_tap.ConnectionString);
        Application = UniqueChannel.Name(name);
        ConnectionString = new NpgsqlConnectionStringBuilder(Proxy.ConnectionString)
        {
            ApplicationName = Application,
            Timeout = 2,
        }.ConnectionString;
    }

    public FaultProxy Proxy { get; }

    /// <summary>Tells the backends of this line from all others.</summary>
    public string Application { get; }

    public string ConnectionString { get; }

    /// <summary>The channels that the server listens to in the session of this line; none if there is no session.</summary>
    public async Task<IReadOnlyList<string>> ListeningAsync()
    {
        try
        {
            return await _tap.AskAsync("SELECT pg_listening_channels()");
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or TimeoutException)
        {
            return []; // no session at this moment, or none any more
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await _tap.DisposeAsync();
    }
}
