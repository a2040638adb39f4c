using System.Globalization;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.IntegrationTests.Servers;

/// <summary>A Pgpool-II in front of one or several servers, on a port of the loopback interface.</summary>
sealed class PgPool : IAsyncDisposable
{
    readonly PoolerProcess _process = new();

    PgPool(string connectionString) => ConnectionString = connectionString;

    public string ConnectionString { get; }

    /// <param name="mode">Its <c>backend_clustering_mode</c>.</param>
    /// <param name="servers">Those that stand behind, with the same superuser and password; the first is the main one.</param>
    /// <param name="settings">More lines of its configuration.</param>
    public static async Task<PgPool> StartAsync(string mode, IReadOnlyList<PostgresServer> servers, params IReadOnlyList<string> settings)
    {
        var program = PostgresTools.FindPooler("pgpool", "pgpool2");
        var target = new NpgsqlConnectionStringBuilder(servers[0].ConnectionString) { Host = "127.0.0.1", Port = LoopbackPort.FindFree() };
        var pool = new PgPool(target.ConnectionString);
        try
        {
            await pool.StartAsync(program, target, [
                $"backend_clustering_mode = '{mode}'", .. servers.SelectMany(Backend), .. settings]);
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it and starts it again on the same port. Does not wait until it answers.</summary>
    public Task RestartAsync() => _process.RestartAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    async Task StartAsync(string program, NpgsqlConnectionStringBuilder target, IReadOnlyList<string> settings)
    {
        var access = await _process.WriteAsync("pool_hba.conf", "host all all 127.0.0.1/32 scram-sha-256\n");
        var passwords = await _process.WriteAsync("pool_passwd", $"{target.Username}:TEXT{target.Password}\n");
        var administrators = await _process.WriteAsync("pcp.conf", "");
        var folder = Path.GetDirectoryName(access);
        var configuration = await _process.WriteAsync("pgpool.conf", string.Create(CultureInfo.InvariantCulture, $"""
            listen_addresses = '127.0.0.1'
            port = {target.Port}
            socket_dir = '{folder}'
            pcp_listen_addresses = ''
            pcp_port = {LoopbackPort.FindFree()}
            pcp_socket_dir = '{folder}'
            pid_file_name = '{folder}/pid'
            logdir = '{folder}'
            enable_pool_hba = on
            pool_passwd = '{passwords}'
            num_init_children = 8
            memqcache_total_size = 1MB
            failover_on_backend_error = off
            failover_on_backend_shutdown = off
            sr_check_user = '{target.Username}'
            sr_check_password = '{target.Password}'
            sr_check_database = 'postgres'
            {string.Join('\n', settings)}

            """));
        await _process.StartAsync("INT", [program, "-n", "-f", configuration, "-F", administrators, "-a", access], ConnectionString);
    }

    static IEnumerable<string> Backend(PostgresServer server, int number) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"backend_hostname{number} = '{server.Host}'"),
        string.Create(CultureInfo.InvariantCulture, $"backend_port{number} = {server.Port}"),
        string.Create(CultureInfo.InvariantCulture, $"backend_weight{number} = 1"),
    ];
}
