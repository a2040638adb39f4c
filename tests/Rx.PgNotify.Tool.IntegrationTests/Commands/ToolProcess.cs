using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>A run of the built <c>pgnotify</c> as a process of its own.</summary>
sealed class ToolProcess : IAsyncDisposable
{
    internal const int SigHup = 1;
    internal const int SigInt = 2;
    internal const int SigKill = 9;
    internal const int SigTerm = 15;

    /// <summary>Ends a hang. Beside other tests a run may well take half a minute.</summary>
    internal static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    readonly Process _process;
    readonly LineLog _output = new();
    readonly LineLog _errors = new();

    ToolProcess(Process process) => _process = process;

    internal IReadOnlyList<string> Output => _output.Lines;

    internal IReadOnlyList<string> Errors => _errors.Lines;

    internal bool HasEnded => _process.HasExited;

    internal StreamWriter Input => _process.StandardInput;

    /// <summary>Starts it with the connection variables taken out of the environment, and those of the caller put in.</summary>
    internal static ToolProcess Start(string[] arguments, params (string Name, string Value)[] environment) => StartUnder([], arguments, environment);

    /// <summary>Starts it by another program, which becomes it.</summary>
    internal static ToolProcess StartUnder(string[] program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = StartInfo(arguments, environment);
        if (program is [var name, .. var first])
        {
            foreach (var (i, word) in first.Append(start.FileName).Index())
                start.ArgumentList.Insert(i, word);
            start.FileName = name;
        }

        var tool = new ToolProcess(new Process { StartInfo = start });
        tool._process.OutputDataReceived += (_, e) => tool._output.Add(e.Data);
        tool._process.ErrorDataReceived += (_, e) => tool._errors.Add(e.Data);
        tool._process.Start();
        tool._process.BeginOutputReadLine();
        tool._process.BeginErrorReadLine();
        return tool;
    }

    /// <summary>Runs it to its end with nothing on its input.</summary>
    internal static async Task<ToolProcess> RunAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        var tool = Start(arguments, environment);
        tool.Input.Close();
        await tool.ExitCodeAsync();
        return tool;
    }

    internal static ProcessStartInfo StartInfo(string[] arguments, params (string Name, string Value)[] environment)
    {
        var dll = Path.Combine(AppContext.BaseDirectory, "pgnotify.dll");
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        // A shell starts background jobs with SIGINT ignored, nohup with SIGHUP, which would pass through this process to the tool.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT,HUP", dotnet, dll] : [dotnet, dll];
        var start = new ProcessStartInfo(command[0], [.. command[1..], .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var variable in start.Environment.Keys.Where(SaysWhereToConnect).ToArray())
            start.Environment.Remove(variable);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return start;
    }

    // Of the variables with PG in front, the others of this library are its tests' own.
    static bool SaysWhereToConnect(string variable) => variable is "PGNOTIFY_CONNECTION" or "DATABASE_URL" or "NATS_URL"
        || (variable.StartsWith("PG", StringComparison.Ordinal) && !variable.StartsWith("PGNOTIFY_", StringComparison.Ordinal));

    internal Task<string> OutputLineAsync(Func<string, bool> wanted) => LineAsync(_output, wanted, "output");

    internal Task<string> ErrorLineAsync(Func<string, bool> wanted) => LineAsync(_errors, wanted, "error output");

    internal void Signal(int signal) => SendSignal(_process, signal);

    /// <summary>Sends a signal, unless it has ended already.</summary>
    internal void SignalIfRunning(int signal)
    {
        if (!_process.HasExited)
            _ = Kill(_process.Id, signal);
    }

    internal static void SendSignal(Process process, int signal) =>
        Assert.That(Kill(process.Id, signal), Is.Zero, "the signal could not be sent");

    internal async Task<int> ExitCodeAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Deadline);
        }
        catch (TimeoutException e)
        {
            throw new AssertionException($"pgnotify did not end. {this}", e);
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    public override string ToString() =>
        $"Its output: [{string.Join(" | ", Output)}], its error output: [{string.Join(" | ", Errors)}]";

    async Task<string> LineAsync(LineLog log, Func<string, bool> wanted, string name)
    {
        try
        {
            return await log.FirstAsync(wanted).WaitAsync(Deadline)
                ?? throw new AssertionException($"The {name} ended without the line waited for. {this}");
        }
        catch (TimeoutException e)
        {
            throw new AssertionException($"The {name} has no such line. {this}", e);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    static extern int Kill(int processId, int signal);

    /// <summary>The lines so far, and a way to wait for one.</summary>
    sealed class LineLog
    {
        readonly Lock _gate = new();
        readonly List<string> _lines = [];
        TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool _ended;

        internal IReadOnlyList<string> Lines
        {
            get
            {
                lock (_gate)
                    return [.. _lines];
            }
        }

        internal void Add(string? line)
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                if (line is null)
                    _ended = true;
                else
                    _lines.Add(line);
                changed = _changed;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            changed.SetResult();
        }

        internal async Task<string?> FirstAsync(Func<string, bool> wanted)
        {
            for (var next = 0; ;)
            {
                Task changed;
                lock (_gate)
                {
                    for (; next < _lines.Count; next++)
                    {
                        if (wanted(_lines[next]))
                            return _lines[next];
                    }

                    if (_ended)
                        return null;
                    changed = _changed.Task;
                }

                await changed;
            }
        }
    }
}
