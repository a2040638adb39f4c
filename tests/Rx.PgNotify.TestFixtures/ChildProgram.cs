using System.Diagnostics;

namespace Rx.PgNotify.TestFixtures;

/// <summary>One of the programs of Rx.PgNotify.TestPrograms, run as a process of its own.</summary>
public sealed class ChildProgram : IAsyncDisposable
{
    readonly Process _process;
    readonly Task<string> _errors;

    ChildProgram(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What it wrote to its error output; completes when that closes.</summary>
    public Task<string> Errors => _errors.WaitAsync(Eventually.Deadline);

    /// <summary>Starts a program. The choice of a server is its own: of the variables only those given here are set.</summary>
    public static ChildProgram Start(string program, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["exec", Path.Combine(AppContext.BaseDirectory, "Rx.PgNotify.TestPrograms.dll"), program])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("PGNOTIFY_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return new ChildProgram(Process.Start(start)!);
    }

    /// <summary>The next line of its output; null when that has closed.</summary>
    public async Task<string?> ReadLineAsync()
    {
        using var limit = new CancellationTokenSource(Eventually.Deadline);
        return await _process.StandardOutput.ReadLineAsync(limit.Token);
    }

    /// <summary>Gives it a line of input.</summary>
    public Task WriteLineAsync(string line = "") => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Sends it a signal, by the signal's name such as KILL.</summary>
    public Task SignalAsync(string name) => ProcessSignal.SendAsync(_process.Id, name);

    /// <summary>Waits until it has ended.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await WaitForExitAsync();
        _process.Dispose();
    }
}
