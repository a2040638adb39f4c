using System.Globalization;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.TestFixtures;

/// <summary>
/// A nats-server on a free port of the loopback interface. It ends with this object or with the test process, however that ends.
/// </summary>
public sealed class NatsServer : IAsyncDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rx-nats-");
    readonly string _configuration;
    NatsServerProcess? _process;

    NatsServer(string configuration)
    {
        Port = LoopbackPort.FindFree();
        _configuration = Path.Combine(_folder.FullName, "nats.conf");
        Write(configuration);
    }

    public int Port { get; }

    /// <summary>Such as nats://127.0.0.1:4222.</summary>
    public string Url => UrlOf(Port);

    /// <summary>The same of a proxy in front of it.</summary>
    /// <param name="port">Of the loopback interface.</param>
    public static string UrlOf(int port) => string.Create(CultureInfo.InvariantCulture, $"nats://127.0.0.1:{port}");

    /// <param name="configuration">More lines for its configuration, such as <c>max_payload: 4096</c>.</param>
    public static async Task<NatsServer> StartAsync(string configuration = "")
    {
        var server = new NatsServer(configuration);
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it on the same port, after <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync() =>
        _process = await NatsServerProcess.StartAsync([PostgresTools.FindPooler("nats-server", "nats-server"), "-c", _configuration], Port);

    /// <summary>Has it read another configuration. Clients that it permits as well stay connected.</summary>
    /// <inheritdoc cref="StartAsync"/>
    public Task ReloadAsync(string configuration)
    {
        Write(configuration);
        return ProcessSignal.SendAsync(_process!.Id, "HUP");
    }

    /// <summary>Stops it as if the machine stood still.</summary>
    public Task PauseAsync() => ProcessSignal.SendAsync(_process!.Id, "STOP");

    /// <summary>Lets it go on.</summary>
    public Task ResumeAsync() => ProcessSignal.SendAsync(_process!.Id, "CONT");

    /// <summary>Ends it at once, whatever it is doing.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        await process.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Delete(recursive: true);
    }

    void Write(string configuration) => File.WriteAllText(
        _configuration, string.Create(CultureInfo.InvariantCulture, $"listen: \"127.0.0.1:{Port}\"\n{configuration}\n"));
}
