using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.IntegrationTests.Servers;

/// <summary>
/// A PgBouncer in front of a server, with a port on loopback and a folder of its own. It ends with this object or with
/// the test process, however that ends, and the folder with it.
/// </summary>
sealed class PgBouncer : IAsyncDisposable
{
    // A line of input restarts it; the end of the input, which comes with the end of the test process too, ends all.
    // SIGKILL, as the meaning of the other signals has changed between versions. It refuses to run as root.
    const string Script = """
        start() { "$@" </dev/null >/dev/null 2>&1 & pid=$!; }
        stop() { kill -KILL "$pid"; wait "$pid"; } 2>/dev/null
        if [ "$(id -u)" -eq 0 ]; then chown -R postgres "$0"; set -- "$@" -u postgres; fi
        start "$@"
        while read -r _; do stop; start "$@"; done
        stop
        rm -rf "$0"
        """;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rx-pgbouncer-");
    Process? _shell;

    PgBouncer(string connectionString) => ConnectionString = connectionString;

    public string ConnectionString { get; }

    string Configuration => Path.Combine(_folder.FullName, "pgbouncer.ini");

    string Log => Path.Combine(_folder.FullName, "log");

    /// <param name="server">The server that stands behind.</param>
    /// <param name="mode"><c>session</c>, <c>transaction</c> or <c>statement</c>.</param>
    public static async Task<PgBouncer> StartAsync(PostgresServer server, string mode)
    {
        var program = PostgresTools.FindPgBouncer();
        var target = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Port = LoopbackPort.FindFree() };
        var bouncer = new PgBouncer(target.ConnectionString);
        try
        {
            await bouncer.ConfigureAsync(server, target, mode);
            await bouncer.StartAsync(program);
            return bouncer;
        }
        catch
        {
            await bouncer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills it and starts it again on the same port. Does not wait until it answers.</summary>
    public Task RestartAsync() => _shell!.StandardInput.WriteLineAsync();

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Log))
            await TestContext.Out.WriteLineAsync(await File.ReadAllTextAsync(Log));
        if (_shell is null)
        {
            _folder.Delete(recursive: true);
            return;
        }

        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        _shell.Dispose();
    }

    async Task ConfigureAsync(PostgresServer server, NpgsqlConnectionStringBuilder target, string mode)
    {
        var users = Path.Combine(_folder.FullName, "users.txt");
        await File.WriteAllTextAsync(users, $"\"{target.Username}\" \"{target.Password}\"\n");
        await File.WriteAllTextAsync(Configuration, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = host={server.Host} port={server.Port}
            [pgbouncer]
            pool_mode = {mode}
            listen_addr = 127.0.0.1
            listen_port = {target.Port}
            unix_socket_dir = {_folder.FullName}
            auth_type = scram-sha-256
            auth_file = {users}
            logfile = {Log}

            """));
    }

    async Task StartAsync(string program)
    {
        string[] command = ["/bin/sh", "-c", Script, _folder.FullName, program, Configuration];
        _shell = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        })!;
        await Eventually.IsTrueAsync(AnswersAsync, expectation: "pgbouncer should answer");
    }

    async Task<bool> AnswersAsync()
    {
        try
        {
            return await SqlExtensions.ExecuteAsync(ConnectionString, "select true") is true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
