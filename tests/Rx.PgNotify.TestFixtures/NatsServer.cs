using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.TestFixtures;

/// <summary>
/// A nats-server on a free port of the loopback interface. It ends with this object or with the test process, however that ends.
/// </summary>
public sealed class NatsServer : IAsyncDisposable
{
    // The end of the input, which comes with the end of the test process too, ends the server, also one that is stopped.
    const string Script = """
        pid=
        trap '' INT TERM
        "$@" </dev/null >/dev/null 2>&1 & pid=$!
        echo "$pid"
        while read -r _; do :; done
        kill -KILL "$pid"
        """;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rx-nats-");
    readonly string _configuration;
    Process? _shell;
    int _processId;

    NatsServer(string configuration)
    {
        Port = LoopbackPort.FindFree();
        _configuration = Path.Combine(_folder.FullName, "nats.conf");
        File.WriteAllText(_configuration, string.Create(CultureInfo.InvariantCulture, $"listen: \"127.0.0.1:{Port}\"\n{configuration}\n"));
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
    public async Task StartAgainAsync()
    {
        var program = PostgresTools.FindPooler("nats-server", "nats-server");
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, "nats", program, "-c", _configuration])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _processId = int.Parse((await _shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        await Eventually.IsTrueAsync(AnswersAsync, expectation: "the NATS server should answer");
    }

    /// <summary>Stops it as if the machine stood still.</summary>
    public Task PauseAsync() => ProcessSignal.SendAsync(_processId, "STOP");

    /// <summary>Lets it go on.</summary>
    public Task ResumeAsync() => ProcessSignal.SendAsync(_processId, "CONT");

    /// <summary>Ends it at once, whatever it is doing.</summary>
    public async Task KillAsync()
    {
        if (_shell is not { } shell)
            return;
        _shell = null;
        shell.StandardInput.Close();
        await shell.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        shell.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Delete(recursive: true);
    }

    async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            // It greets before it is asked anything.
            return await client.GetStream().ReadAsync(new byte[4]) == 4;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
