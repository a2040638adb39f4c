using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Executing;

/// <summary>Ends a command with the processes that it has started.</summary>
/// <param name="ended">Completes when the command itself has ended, and nothing of it is left to do.</param>
/// <param name="ifRunning">Calls back with the command's process, which does not end meanwhile, unless it has ended.</param>
sealed class CommandEnding(Task ended, Action<Action<Process>> ifRunning)
{
    const int SigKill = 9;
    const int SigTerm = 15;

    // Ctrl-C on a terminal reaches the command too, which then ends by itself. Another signal, or a timeout, does not.
    static readonly TimeSpan s_untilTerminated = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_untilKilled = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_untilGone = TimeSpan.FromSeconds(2);
    static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    // What a shell has started is nobody's child once the shell has ended.
    readonly HashSet<LinuxProcess> _descendants = [];

    /// <summary>
    /// After a second they get SIGTERM, after five more they are killed. On Windows, which has no such signal, they are killed after
    /// the second.
    /// </summary>
    /// <returns>What kept the command, or what it has started, from ending; <see langword="null"/> if nothing did.</returns>
    internal async Task<string?> RunAsync()
    {
        if (await AreGoneWithinAsync(s_untilTerminated))
            return null;
        if (!OperatingSystem.IsWindows())
        {
            ifRunning(Terminate);
            if (await AreGoneWithinAsync(s_untilKilled))
                return null;
        }

        string? refusal = null;
        ifRunning(process => refusal = Kill(process));
        foreach (var left in _descendants.Where(process => process.IsRunning))
            _ = Kill(left.Id, SigKill);
        return await AreGoneWithinAsync(s_untilGone) ? null : refusal ?? "it could not be killed";
    }

    // The command first: a shell whose child ends before it goes on with what comes next.
    void Terminate(Process process)
    {
        _descendants.UnionWith(LinuxProcess.DescendantsOf(process.Id));
        foreach (var id in _descendants.Select(descendant => descendant.Id).Prepend(process.Id))
            _ = Kill(id, SigTerm); // it fails if that has just ended
    }

    string? Kill(Process process)
    {
        _descendants.UnionWith(LinuxProcess.DescendantsOf(process.Id));
        try
        {
            process.Kill(entireProcessTree: true);
            return null;
        }
        catch (Exception e) when (e is Win32Exception or AggregateException or InvalidOperationException or NotSupportedException)
        {
            // It is another user's, or has just ended.
            return PlainText.OneLine(ExceptionSummary.Of(e));
        }
    }

    async Task<bool> AreGoneWithinAsync(TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        while (!ended.IsCompleted || _descendants.Any(process => process.IsRunning))
        {
            if (Stopwatch.GetElapsedTime(start) > time)
                return false;
            await Task.Delay(s_look);
        }

        return true;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Kill(int processId, int signal);
}
