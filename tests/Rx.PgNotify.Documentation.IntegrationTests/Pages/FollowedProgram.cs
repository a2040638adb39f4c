using System.Diagnostics;

namespace Rx.PgNotify.Documentation.IntegrationTests.Pages;

/// <summary>What <c>dotnet run</c> builds and runs, with somebody at its keyboard.</summary>
sealed class FollowedProgram : IAsyncDisposable
{
    // It is built first.
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(15);

    readonly Process _process;
    readonly Task<string> _errors;

    FollowedProgram(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <param name="folder">Where the command is typed.</param>
    /// <param name="arguments">What follows <c>dotnet</c>.</param>
    /// <param name="variables">Environment variables of its own.</param>
    public static FollowedProgram Start(string folder, string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = SdkCommand.StartInfo(folder, SdkCommand.Dotnet, arguments);
        start.RedirectStandardInput = true;
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return new FollowedProgram(Process.Start(start)!);
    }

    /// <summary>The next line that the program prints; null when it has ended.</summary>
    public async Task<string?> ReadLineAsync()
    {
        using var limit = new CancellationTokenSource(s_deadline);
        while (true)
        {
            var line = await _process.StandardOutput.ReadLineAsync(limit.Token);
            if (line?.Contains("warning NU1603", StringComparison.Ordinal) is not true) // of a feed, not of the program
                return line;
        }
    }

    /// <summary>Presses Enter, in case it waits for that, and expects that it ends well and prints nothing more.</summary>
    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        Assert.That(await ReadLineAsync(), Is.Null);
        await _process.WaitForExitAsync().WaitAsync(s_deadline);
        Assert.That(await _errors.WaitAsync(s_deadline), Is.Empty);
        Assert.That(_process.ExitCode, Is.Zero);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
