using System.Diagnostics;
using System.Globalization;
using Rx.PgNotify.LocalPostgres;
using Rx.PgNotify.TestFixtures;

namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>A nats-server in its place, on a free port of the loopback interface. It ends with this object or with this process, however that ends.</summary>
sealed class NatsServer : IAsyncDisposable
{
    readonly NatsServerProcess _process;

    NatsServer(NatsServerProcess process, int port)
    {
        _process = process;
        Url = string.Create(CultureInfo.InvariantCulture, $"nats://127.0.0.1:{port}");
    }

    public string Url { get; }

    /// <exception cref="InvalidOperationException">There is none on this machine.</exception>
    public static async Task<NatsServer> StartAsync(ProcessPlace place)
    {
        var port = LoopbackPort.FindFree();
        var command = place.Command(Find(), "-a", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture));
        return new NatsServer(await NatsServerProcess.StartAsync([command.FileName, .. command.ArgumentList], port), port);
    }

    /// <summary>Such as <c>nats-server 2.9.10</c>.</summary>
    public static async Task<string> VersionAsync()
    {
        using var process = Process.Start(new ProcessStartInfo(Find(), ["--version"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var version = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return version.Trim().Replace(": v", " ", StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    static string Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, "nats-server")).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("There is no nats-server on this machine (Debian: the package nats-server).");
}
