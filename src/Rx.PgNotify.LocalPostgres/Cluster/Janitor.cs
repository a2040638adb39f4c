using System.Diagnostics;
using System.Runtime.Versioning;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>
/// A shell process that outlives this one by a moment: when the pipe to it closes, which the system does however this
/// process ends, SIGKILL included, it stops the server in its folder and removes the folder.
/// </summary>
/// <remarks>
/// It is the only way that servers are cleaned up, so a normal disposal exercises what a crash relies on. It is no
/// descendant of this process (its parent has ended) and in a session of its own, so that neither Ctrl-C in a terminal
/// nor a kill of the whole process tree reaches it. A parent-death signal would be less: it follows the thread that
/// started the server, not the process, and it removes no folder.
/// </remarks>
[UnsupportedOSPlatform("windows")]
sealed class Janitor : IAsyncDisposable
{
    // $0 is the folder. The server is recognised by its command line, so a process id that has passed on to another
    // process, and a server that has ended and that nobody waits for, are left alone.
    const string Script = """
        trap '' HUP INT TERM
        exec 3<&0 2>/dev/null
        {
          while read -r _; do :; done
          pid=$(head -n 1 "$0/data/postmaster.pid")
          alive() {
            case "$(tr '\0' ' ' </proc/$pid/cmdline || ps -o args= -p "$pid")" in *"$0/data"*) true;; *) false;; esac
          }
          if [ -n "$pid" ]; then
            shm=$(sed -n 7p "$0/data/postmaster.pid")
            if alive; then
              kill -QUIT "$pid"
              kill -CONT "$pid"
              tries=0
              while alive && [ $tries -lt 150 ]; do sleep 0.05; tries=$((tries + 1)); done
              alive && kill -KILL "$pid"
            fi
            ipcrm -m "${shm##* }"
          fi
          tries=0
          until rm -rf "$0" || [ $tries -ge 100 ]; do sleep 0.05; tries=$((tries + 1)); done
        } <&3 3<&- &
        """;

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // Keeps the pipes of undisposed servers open: garbage collection must not end a server somebody still connects to.
    static readonly HashSet<Janitor> s_all = [];

    readonly Process _process;

    Janitor(Process process) => _process = process;

    public static Janitor Watch(string folder)
    {
        var janitor = new Janitor(Command.Start(
            [.. Session.Prefix, "/bin/sh", "-c", Script, folder], workingFolder: "/"));
        lock (s_all)
            s_all.Add(janitor);
        return janitor;
    }

    /// <summary>Has the server stopped and the folder removed, and waits for both.</summary>
    public async ValueTask DisposeAsync()
    {
        bool first;
        lock (s_all)
            first = s_all.Remove(this);
        if (!first)
            return;
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(s_patience);
        try
        {
            // Ends when the last process that holds the pipe has ended.
            await _process.StandardOutput.ReadToEndAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw new PostgresServerException(
                $"The server could not be cleaned up within {s_patience.TotalSeconds} s.", e);
        }
        finally
        {
            _process.Dispose();
        }
    }
}
