using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Executing;

/// <summary>
/// Runs a command for each notification or burst, one at a time: it holds up the thread that delivers until the command has ended, and
/// what arrives meanwhile waits in the listener's buffers, or joins the next burst.
/// </summary>
/// <param name="command">The command.</param>
/// <param name="comments">Where its failures are shown, and what happens to the line.</param>
/// <param name="ending">Once it is cancelled, no command is started; <see cref="StopAsync"/> has to be awaited then.</param>
sealed class CommandRuns(CommandToRun command, CommentLines comments, CancellationToken ending) : IListenOutput
{
    const int Terminate = 15;

    // Ctrl-C on a terminal may end the command a moment before this program hears of it.
    static readonly TimeSpan s_untilSignalled = TimeSpan.FromMilliseconds(100);

    // Ctrl-C on a terminal reaches the command too, which then ends by itself. Another signal, or a timeout, does not.
    static readonly TimeSpan s_untilTerminated = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_untilKilled = TimeSpan.FromSeconds(5);

    readonly Lock _gate = new();
    (Process Process, TaskCompletionSource Ended)? _running; // guarded by _gate; from the start of a command until nothing of it is left to do
    volatile bool _haveFailed; // set by the thread that delivers, read at the end by another one

    /// <summary>Whether a command could not be started, or ended with another exit code than 0.</summary>
    internal bool HaveFailed => _haveFailed;

    public void Write(ListenEvent item)
    {
        if (Arrival.Of(item) is { } arrival)
            Run(arrival);
        else
            comments.Write(item);
    }

    /// <summary>
    /// Waits until the command that runs, if one does, has ended: after a second it gets SIGTERM, after five more it is
    /// killed. On Windows, which has no such signal, it is killed after the second.
    /// </summary>
    internal async Task StopAsync()
    {
        Task ended;
        lock (_gate)
            ended = _running?.Ended.Task ?? Task.CompletedTask;
        if (await IsDoneWithinAsync(ended, s_untilTerminated))
            return;
        if (!OperatingSystem.IsWindows())
        {
            IfRunning(process => _ = Kill(process.Id, Terminate)); // it fails if the command has just ended
            if (await IsDoneWithinAsync(ended, s_untilKilled))
                return;
        }

        IfRunning(process => process.Kill(entireProcessTree: true));
        await ended;
    }

    void Run(Arrival arrival)
    {
        using var process = new Process { StartInfo = command.StartInfo(arrival) };
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            lock (_gate)
            {
                if (ending.IsCancellationRequested)
                    return;
                process.Start();
                _running = (process, ended);
            }
        }
        catch (Win32Exception e)
        {
            Fail(arrival, $"can't be started: {PlainText.OneLine(new Win32Exception(e.NativeErrorCode).Message)}");
            return;
        }

        Feed(process, arrival.Payload);
        process.WaitForExit();
        var exitCode = process.ExitCode;
        // What ends because this program does has not failed.
        if (exitCode != 0 && !ending.WaitHandle.WaitOne(s_untilSignalled))
            Fail(arrival, string.Create(CultureInfo.InvariantCulture, $"ended with exit code {exitCode}"));
        lock (_gate)
            _running = null;
        ended.SetResult();
    }

    void Fail(Arrival arrival, string how)
    {
        _haveFailed = true;
        comments.Write($"{PlainText.Escape(arrival.Channel)}: the command {how}");
    }

    // A payload is smaller than the buffer of any pipe, so this does not wait for a command that doesn't read.
    static void Feed(Process process, string payload)
    {
        try
        {
            using var input = process.StandardInput.BaseStream;
            input.Write(Encoding.UTF8.GetBytes(payload));
        }
        catch (IOException)
        {
            // It need not read, and may have ended.
        }
    }

    void IfRunning(Action<Process> act)
    {
        lock (_gate)
        {
            if (_running is { Process: { HasExited: false } process })
                act(process);
        }
    }

    static async Task<bool> IsDoneWithinAsync(Task task, TimeSpan time) => await Task.WhenAny(task, Task.Delay(time)) == task;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Kill(int processId, int signal);
}
