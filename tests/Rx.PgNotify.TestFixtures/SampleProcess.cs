using System.Diagnostics;
using System.Text;

namespace Rx.PgNotify.TestFixtures;

/// <summary>A sample that prints lines, as a process of its own.</summary>
sealed class SampleProcess : IAsyncDisposable
{
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    readonly Process _process;
    readonly Task<string> _errors;

    SampleProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What it wrote to its error output; completes when that closes.</summary>
    public Task<string> Errors => _errors.WaitAsync(s_deadline);

    public static SampleProcess Start(string program, params string[] arguments)
    {
        var (dll, dotnet) = (Path.Combine(AppContext.BaseDirectory, program), Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet");
        // A shell starts background jobs with SIGINT ignored, which would pass through this process to the sample.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", dotnet, dll] : [dotnet, dll];
        return new SampleProcess(Process.Start(new ProcessStartInfo(command[0], [.. command[1..], .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        })!);
    }

    /// <summary>Runs it to its end and gives its output.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        await using var sample = Start(program, arguments);
        var output = await sample._process.StandardOutput.ReadToEndAsync().WaitAsync(s_deadline);
        Assert.That(await sample.ExitCodeAsync(), Is.Zero, await sample.Errors);
        return output.TrimEnd();
    }

    /// <summary>The next line of its output; null when that has closed.</summary>
    public async Task<string?> ReadLineAsync()
    {
        using var limit = new CancellationTokenSource(s_deadline);
        return await _process.StandardOutput.ReadLineAsync(limit.Token);
    }

    /// <summary>Ends it as Ctrl-C does.</summary>
    public Task<int> InterruptAsync() => SignalAsync("INT");

    /// <summary>Ends it as a container engine or a service manager does.</summary>
    public Task<int> TerminateAsync() => SignalAsync("TERM");

    /// <summary>Ends it without a word.</summary>
    public Task<int> KillAsync() => SignalAsync("KILL");

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(s_deadline);
        return _process.ExitCode;
    }

    async Task<int> SignalAsync(string signal)
    {
        await ProcessSignal.SendAsync(_process.Id, signal);
        return await ExitCodeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await ExitCodeAsync();
        _process.Dispose();
    }
}
