using System.Globalization;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.TestFixtures;

/// <summary>A PgBouncer in front of a server, on a port of the loopback interface.</summary>
sealed class PgBouncer : IAsyncDisposable
{
    readonly PoolerProcess _process = new();

    PgBouncer(string connectionString) => ConnectionString = connectionString;

    public string ConnectionString { get; }

    /// <param name="server">The server that stands behind.</param>
    /// <param name="mode"><c>session</c>, <c>transaction</c> or <c>statement</c>.</param>
    public static async Task<PgBouncer> StartAsync(PostgresServer server, string mode)
    {
        var program = PostgresTools.FindPooler("pgbouncer", "pgbouncer");
        var target = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = "127.0.0.1", Port = LoopbackPort.FindFree() };
        var bouncer = new PgBouncer(target.ConnectionString);
        try
        {
            await bouncer.StartAsync(program, server, target, mode);
            return bouncer;
        }
        catch
        {
            await bouncer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills it and starts it again on the same port. Does not wait until it answers.</summary>
    public Task RestartAsync() => _process.RestartAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    async Task StartAsync(string program, PostgresServer server, NpgsqlConnectionStringBuilder target, string mode)
    {
        var users = await _process.WriteAsync("users.txt", $"\"{target.Username}\" \"{target.Password}\"\n");
        var configuration = await _process.WriteAsync("pgbouncer.ini", string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = host={server.Host} port={server.Port}
            [pgbouncer]
            pool_mode = {mode}
            listen_addr = 127.0.0.1
            listen_port = {target.Port}
            unix_socket_dir = {Path.GetDirectoryName(users)}
            auth_type = scram-sha-256
            auth_file = {users}

            """));
        // It refuses to run as root. SIGKILL, as the meaning of the other signals has changed between versions.
        string[] account = Environment.IsPrivilegedProcess ? ["-u", "postgres"] : [];
        await _process.StartAsync("KILL", [program, configuration, .. account], ConnectionString);
    }
}
