using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Rx.PgNotify.IntegrationTests.Samples;

/// <summary>
/// A program of this folder's, run in a pseudo-terminal that <c>script</c> of util-linux makes, and what its screen shows.
/// </summary>
sealed class TerminalSession : IAsyncDisposable
{
    const int Width = 100;
    const int Height = 40;

    // $0 is the program. A shell starts background jobs with SIGINT ignored, which would reach the program.
    const string Command = """stty cols $COLUMNS rows $LINES; exec env -u COLUMNS -u LINES --default-signal=INT "$DOTNET" "$PROGRAM" "$ARGUMENT" """;

    static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    readonly Process _process;
    readonly TerminalScreen _screen = new(Width, Height);
    readonly Lock _gate = new();
    readonly Task _reading;

    TerminalSession(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    public bool IsCursorVisible
    {
        get
        {
            lock (_gate)
                return _screen.IsCursorVisible;
        }
    }

    public string Screen
    {
        get
        {
            lock (_gate)
                return _screen.Text;
        }
    }

    /// <summary>Starts it with one argument; ignores the test where there is no <c>script</c> of util-linux.</summary>
    public static TerminalSession Start(string program, string argument)
    {
        const string script = "/usr/bin/script";
        if (!OperatingSystem.IsLinux() || !File.Exists(script))
            Assert.Ignore($"{script} of util-linux is not on this machine. On Debian: apt-get install bsdutils");
        var start = new ProcessStartInfo(script, ["--quiet", "--flush", "--return", "--command", Command, "/dev/null"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment["COLUMNS"] = Width.ToString(CultureInfo.InvariantCulture);
        start.Environment["LINES"] = Height.ToString(CultureInfo.InvariantCulture);
        start.Environment["DOTNET"] = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        start.Environment["PROGRAM"] = Path.Combine(AppContext.BaseDirectory, program);
        start.Environment["ARGUMENT"] = argument;
        return new TerminalSession(Process.Start(start)!);
    }

    /// <summary>Waits until the screen is as wanted; fails the test, and shows it, if it is not within the deadline.</summary>
    public Task<string> UntilAsync(Func<string, bool> wanted, string expectation) => Eventually.BecomesAsync(
        () =>
        {
            // What the reader failed with, if it did.
            if (_reading.IsFaulted)
                _reading.GetAwaiter().GetResult();
            return Task.FromResult(Screen);
        },
        wanted,
        s_deadline,
        expectation);

    /// <summary>Types at the keyboard.</summary>
    public async Task TypeAsync(char key)
    {
        await _process.StandardInput.WriteAsync(key);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>The program's exit code, once all it wrote is on the screen.</summary>
    public async Task<int> ExitCodeAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(s_deadline);
            await _reading.WaitAsync(s_deadline);
        }
        catch (TimeoutException e)
        {
            throw new AssertionException($"The program did not end. Its screen:\n{Screen}", e);
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    async Task ReadAsync()
    {
        var buffer = new char[4_096];
        while (await _process.StandardOutput.ReadAsync(buffer) is > 0 and var count)
        {
            lock (_gate)
                _screen.Write(buffer.AsSpan(0, count));
        }
    }
}
