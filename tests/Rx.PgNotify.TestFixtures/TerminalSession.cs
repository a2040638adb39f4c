using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Rx.PgNotify.TestFixtures;

/// <summary>
/// A program of this folder's, run in a pseudo-terminal that <c>script</c> of util-linux makes, and what its screen shows.
/// </summary>
sealed class TerminalSession : IAsyncDisposable
{
    const int Width = 100;
    const int Height = 40;

    // A shell starts background jobs with SIGINT ignored, which would reach the program.
    const string Command = """stty cols $COLUMNS rows $LINES; exec env -u COLUMNS -u LINES --default-signal=INT "$DOTNET" "$PROGRAM" """;

    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    readonly Process _process;
    readonly TerminalScreen _screen = new(Width, Height);
    readonly StringBuilder _output = new();
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

    /// <summary>All that was written so far, escape sequences and all.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
                return _output.ToString();
        }
    }

    /// <summary>Starts it; ignores the test where there is no <c>script</c> of util-linux.</summary>
    public static TerminalSession Start(string program, params string[] arguments) => Start(program, [], arguments);

    /// <param name="program">The program, beside this assembly.</param>
    /// <param name="settings">Environment variables of its own, each as <c>NAME=value</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    public static TerminalSession Start(string program, string[] settings, params string[] arguments)
    {
        const string script = "/usr/bin/script";
        if (!OperatingSystem.IsLinux() || !File.Exists(script))
            Assert.Ignore($"{script} of util-linux is not on this machine. On Debian: apt-get install bsdutils");
        var command = Command + string.Join(' ', arguments.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"\"$ARGUMENT{i}\"")));
        var start = new ProcessStartInfo(script, ["--quiet", "--flush", "--return", "--command", command, "/dev/null"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment["COLUMNS"] = Width.ToString(CultureInfo.InvariantCulture);
        start.Environment["LINES"] = Height.ToString(CultureInfo.InvariantCulture);
        start.Environment["DOTNET"] = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        start.Environment["PROGRAM"] = Path.Combine(AppContext.BaseDirectory, program);
        for (var i = 0; i < arguments.Length; i++)
            start.Environment[string.Create(CultureInfo.InvariantCulture, $"ARGUMENT{i}")] = arguments[i];
        foreach (var setting in settings)
            start.Environment[setting.Split('=')[0]] = setting.Split('=')[1];
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
            {
                _output.Append(buffer, 0, count);
                _screen.Write(buffer.AsSpan(0, count));
            }
        }
    }
}
