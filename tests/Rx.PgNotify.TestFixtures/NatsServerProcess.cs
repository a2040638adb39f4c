using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rx.PgNotify.TestFixtures;

/// <summary>A nats-server that runs. It ends with this object or with the process that has started it, however that ends.</summary>
/// <remarks>The benchmarks have it too, so it needs nothing of the tests.</remarks>
sealed class NatsServerProcess : IAsyncDisposable
{
    // The end of the input, which comes with the end of this process too, ends the server, also one that is stopped. The shell
    // ends after it: until a killed process is gone its port accepts connections and can't be bound again.
    const string Script = """
        pid=
        trap '' INT TERM
        "$@" </dev/null >/dev/null 2>&1 & pid=$!
        echo "$pid"
        while read -r _; do :; done
        { kill -KILL "$pid"; wait "$pid"; } 2>/dev/null
        """;

    // After so long something hangs, however busy the machine is.
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    readonly Process _shell;

    NatsServerProcess(Process shell, int id) => (_shell, Id) = (shell, id);

    public int Id { get; }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="port">Of the loopback interface, where it is to listen.</param>
    /// <exception cref="InvalidOperationException">It does not answer.</exception>
    public static async Task<NatsServerProcess> StartAsync(IReadOnlyList<string> command, int port)
    {
        var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, "nats", .. command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var server = new NatsServerProcess(shell, int.Parse((await shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture));
        var begin = Stopwatch.GetTimestamp();
        while (!await AnswersAsync(port))
        {
            if (Stopwatch.GetElapsedTime(begin) > s_deadline)
            {
                await server.DisposeAsync();
                throw new InvalidOperationException("nats-server does not answer.");
            }

            await Task.Delay(s_pause);
        }

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync().WaitAsync(s_deadline);
        _shell.Dispose();
    }

    static async Task<bool> AnswersAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return await client.GetStream().ReadAsync(new byte[4]).AsTask().WaitAsync(s_deadline) == 4; // it greets before it is asked anything
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException)
        {
            return false;
        }
    }
}
