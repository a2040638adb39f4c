using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
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
    // Ctrl-C on a terminal may end the command a moment before this program hears of it.
    static readonly TimeSpan s_untilSignalled = TimeSpan.FromMilliseconds(100);

    readonly Lock _gate = new();
    (Process Process, TaskCompletionSource Ended)? _running; // guarded by _gate; from the start of a command until nothing of it is left to do
    volatile bool _haveFailed; // set by the thread that delivers, read at the end by another one

    /// <summary>Whether a command could not be started, ended with another exit code than 0, or could not be ended.</summary>
    internal bool HaveFailed => _haveFailed;

    public void Write(ListenEvent item)
    {
        if (Arrival.Of(item) is { } arrival)
            Run(arrival);
        else
            comments.Write(item);
    }

    /// <summary>Waits until the command that runs, if one does, has ended, with what it has started; ends it if it takes long.</summary>
    internal async Task StopAsync()
    {
        Task ended;
        lock (_gate)
            ended = _running?.Ended.Task ?? Task.CompletedTask;
        if (await new CommandEnding(ended, IfRunning).RunAsync() is not { } reason)
            return;
        _haveFailed = true;
        comments.Write($"the command can't be ended and runs on: {reason}");
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
}
