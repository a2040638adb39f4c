using System.Diagnostics;
using Npgsql;

namespace Rx.PgNotify.TestFixtures;

/// <summary>
/// A pooler's process, and a folder of its own. It ends with this object or with the test process, however that ends, and
/// the folder with it.
/// </summary>
sealed class PoolerProcess : IAsyncDisposable
{
    // A line of input restarts it; the end of the input, which comes with the end of the test process too, ends all.
    // A child of Pgpool-II that is signalled while it initialises OpenSSL blocks itself in exit(), and its parent waits for it
    // for ever: so what has not ended in time is killed.
    const string Script = """
        folder=$0 signal=$1; shift
        start() { setsid "$@" </dev/null >>"$folder/log" 2>&1 & pid=$!; }
        force() { sleep 15; kill -KILL "-$pid"; }
        stop() { kill -"$signal" "$pid"; force & wait "$pid"; kill "$!"; } >/dev/null 2>&1
        if [ "$(id -u)" -eq 0 ]; then chown -R postgres "$folder"; fi
        start "$@"
        while read -r _; do stop; start "$@"; done
        stop
        rm -rf "$folder"
        """;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rx-pooler-");
    Process? _shell;

    /// <summary>The path of a file in the folder.</summary>
    public string PathOf(string file) => Path.Combine(_folder.FullName, file);

    /// <summary>The path of a file in the folder, now with this in it.</summary>
    public async Task<string> WriteAsync(string file, string content)
    {
        await File.WriteAllTextAsync(PathOf(file), content);
        return PathOf(file);
    }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="signal">The signal that ends it.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="connectionString">How to connect to it.</param>
    public async Task StartAsync(string signal, IReadOnlyList<string> command, string connectionString)
    {
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, _folder.FullName, signal, .. command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        })!;
        await Eventually.IsTrueAsync(() => AnswersAsync(connectionString), expectation: "the pooler should answer");
    }

    /// <summary>Ends it and starts it again. Does not wait until it answers.</summary>
    public Task RestartAsync() => _shell!.StandardInput.WriteLineAsync();

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(PathOf("log")))
            await TestContext.Out.WriteLineAsync(await File.ReadAllTextAsync(PathOf("log")));
        if (_shell is null)
        {
            _folder.Delete(recursive: true);
            return;
        }

        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        _shell.Dispose();
    }

    static async Task<bool> AnswersAsync(string connectionString)
    {
        try
        {
            return await SqlExtensions.ExecuteAsync(connectionString, "select true") is true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
