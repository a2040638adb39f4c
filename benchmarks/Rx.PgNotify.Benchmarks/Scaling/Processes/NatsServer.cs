using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>A nats-server on a free port of the loopback interface. It ends with this object or with this process, however that ends.</summary>
sealed class NatsServer : IAsyncDisposable
{
    // The end of the input comes with the end of this process too.
    const string Script = """
        "$@" </dev/null >/dev/null 2>&1 & pid=$!
        echo "$pid"
        while read -r _; do :; done
        kill -KILL "$pid"
        """;

    static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    readonly Process _shell;

    NatsServer(Process shell, int port)
    {
        _shell = shell;
        Url = string.Create(CultureInfo.InvariantCulture, $"nats://127.0.0.1:{port}");
    }

    public string Url { get; }

    /// <exception cref="InvalidOperationException">There is none on this machine.</exception>
    public static async Task<NatsServer> StartAsync(ProcessPlace place)
    {
        var port = LoopbackPort.FindFree();
        var command = place.Command(Find(), "-a", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture));
        var shell = new ProcessStartInfo("/bin/sh", ["-c", Script, "nats", command.FileName, .. command.ArgumentList])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var server = new NatsServer(Process.Start(shell)!, port);
        var since = Stopwatch.GetTimestamp();
        while (!await AnswersAsync(port))
        {
            if (Stopwatch.GetElapsedTime(since) > s_deadline)
                throw new InvalidOperationException("nats-server does not answer.");
            await Task.Delay(20);
        }

        return server;
    }

    /// <summary>Such as <c>nats-server 2.9.10</c>.</summary>
    public static async Task<string> VersionAsync()
    {
        using var process = Process.Start(new ProcessStartInfo(Find(), ["--version"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var version = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return version.Trim().Replace(": v", " ", StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    static string Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, "nats-server")).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("There is no nats-server on this machine (Debian: the package nats-server).");

    static async Task<bool> AnswersAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return await client.GetStream().ReadAsync(new byte[4]) == 4; // it greets before it is asked anything
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
