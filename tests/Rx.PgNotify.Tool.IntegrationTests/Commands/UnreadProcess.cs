using System.Diagnostics;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>A run of <c>pgnotify</c> whose output is read only as far as the test reads it.</summary>
sealed class UnreadProcess : IDisposable
{
    readonly Process _process;

    internal UnreadProcess(params string[] arguments) => _process = Process.Start(ToolProcess.StartInfo(arguments))!;

    internal StreamReader Output => _process.StandardOutput;

    internal StreamReader Errors => _process.StandardError;

    internal static async Task ReadUntilAsync(StreamReader reader, Func<string, bool> wanted)
    {
        using var limit = new CancellationTokenSource(ToolProcess.Deadline);
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (wanted(line))
                return;
        }

        Assert.Fail("The line waited for did not come.");
    }

    internal void Signal(int signal) => ToolProcess.SendSignal(_process, signal);

    internal async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(ToolProcess.Deadline);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
