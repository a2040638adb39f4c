using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>One run of the server process, from its start to its end. Every start is a new one.</summary>
[UnsupportedOSPlatform("windows")]
sealed class Postmaster : IDisposable
{
    const int LogLines = 20;

    readonly PostgresBinaries _binaries;
    readonly ServerAccount _account;
    readonly string _data;
    readonly string _log;
    readonly int _previousId;
    Process? _process;
    int _id;

    /// <param name="binaries">What to run.</param>
    /// <param name="account">As whom.</param>
    /// <param name="folder">The cluster's folder.</param>
    /// <param name="previous">The run before, which has ended.</param>
    public Postmaster(PostgresBinaries binaries, ServerAccount account, string folder, Postmaster? previous)
    {
        _binaries = binaries;
        _account = account;
        _data = Path.Combine(folder, "data");
        _log = Path.Combine(folder, "server.log");
        _previousId = previous is null ? 0 : previous._id != 0 ? previous._id : previous._previousId;
        previous?.Dispose();
    }

    /// <summary>Starts the server and waits until it accepts connections.</summary>
    /// <exception cref="PostgresServerException">It ended instead, or took too long.</exception>
    public async Task StartAsync(int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // The shell only points the output to the file: exec keeps one process id from here to postgres.
        _process = Command.Start(
            [
                .. Session.Prefix, "/bin/sh", "-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", _log,
                .. _account.Running(
                    Path.Combine(_binaries.Folder, "postgres"), "-D", _data,
                    "-p", port.ToString(CultureInfo.InvariantCulture)),
            ],
            Path.GetDirectoryName(_data)!);
        var started = Stopwatch.GetTimestamp();
        while (!IsReady())
        {
            if (_process.HasExited)
                throw Failed("ended during its start");
            if (Stopwatch.GetElapsedTime(started) > timeout)
                throw Failed($"was not ready after {timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
            await Task.Delay(10, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task StopAsync(ShutdownMode mode, CancellationToken cancellationToken)
    {
        Send(_id, mode switch
        {
            ShutdownMode.Smart => Signal.Terminate,
            ShutdownMode.Immediate => Signal.Quit,
            _ => Signal.Interrupt,
        });
        return _process!.WaitForExitAsync(cancellationToken);
    }

    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        // First the postmaster, which alone starts processes: after it has halted, the tree cannot grow.
        Send(_id, Signal.Stop);
        await ProcessTree.WaitUntilHaltedAsync([_id], cancellationToken).ConfigureAwait(false);
        var descendants = await ProcessTree.DescendantsAsync(_id, cancellationToken).ConfigureAwait(false);
        foreach (var id in descendants)
            Send(id, Signal.Stop);
        await ProcessTree.WaitUntilHaltedAsync(descendants, cancellationToken).ConfigureAwait(false);
    }

    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await ProcessTree.DescendantsAsync(_id, cancellationToken).ConfigureAwait(false))
            Send(id, Signal.Continue);
        Send(_id, Signal.Continue);
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        Send(_id, Signal.Stop);
        await ProcessTree.WaitUntilHaltedAsync([_id], cancellationToken).ConfigureAwait(false);
        var descendants = await ProcessTree.DescendantsAsync(_id, cancellationToken).ConfigureAwait(false);
        foreach (var id in descendants.Append(_id))
            Send(id, Signal.Kill);
        await ProcessTree.WaitUntilGoneAsync([.. descendants, _id], cancellationToken).ConfigureAwait(false);
        await _process!.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _process?.Dispose();

    // Line 1 of the file is the process id, line 8 the state. A killed server leaves its file behind, with a dead
    // process's id and the state "ready".
    bool IsReady()
    {
        try
        {
            var lines = File.ReadAllLines(Path.Combine(_data, "postmaster.pid"));
            if (lines.Length < 8 || !lines[7].StartsWith("ready", StringComparison.Ordinal))
                return false;
            var id = int.Parse(lines[0], CultureInfo.InvariantCulture);
            if (id == _previousId)
                return false;
            _id = id;
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    PostgresServerException Failed(string what)
    {
        var tail = File.Exists(_log) ? File.ReadLines(_log).TakeLast(LogLines) : [];
        return new PostgresServerException(
            $"The server from {_binaries.Origin} {what}. Its log ends:{Environment.NewLine}"
            + string.Join(Environment.NewLine, tail));
    }

    static void Send(int processId, int signal) => _ = LibC.Kill(processId, signal);
}
