using Npgsql;
using Rx.PgNotify.LocalPostgres;
using Rx.PgNotify.TestPrograms;

namespace Rx.PgNotify.TestFixtures;

/// <summary>
/// The one server that the tests of an assembly share, and the way to a server of one's own for those that stop,
/// pause or kill it. The assembly has a class in its root namespace that derives from this and is a <c>[SetUpFixture]</c>.
/// </summary>
public abstract class TestServer
{
    static PostgresServer? s_current;
    static NpgsqlDataSource? s_dataSource;

    /// <summary>The shared server. No test stops it.</summary>
    public static PostgresServer Current => s_current ?? throw new InvalidOperationException("The tests have not begun.");

    /// <summary>How to connect to the shared server, as a superuser.</summary>
    public static string ConnectionString => Current.ConnectionString;

    /// <summary>Pooled connections to the shared server.</summary>
    public static NpgsqlDataSource DataSource =>
        s_dataSource ?? throw new InvalidOperationException("The tests have not begun.");

    /// <summary>Starts a server for one test, which disposes it.</summary>
    public static Task<PostgresServer> StartOwnAsync(Action<PostgresServerOptions>? configure = null)
    {
        var options = Options();
        options.Owned = true;
        configure?.Invoke(options);
        return PostgresServer.StartAsync(options);
    }

    /// <summary>Makes a server of one's own consist of processes and files of this machine, which a container's are not.</summary>
    public static void OnThisMachine(PostgresServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (string.Equals(Environment.GetEnvironmentVariable("PGNOTIFY_POSTGRES_SOURCE"), options.AdditionalSource?.Name, StringComparison.Ordinal))
            Assert.Ignore("The one source that was chosen gives no server on this machine.");
        options.AdditionalSource = null;
    }

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        s_current = await PostgresServer.StartAsync(Options());
        s_dataSource = NpgsqlDataSource.Create(s_current.ConnectionString);
        await TestContext.Progress.WriteLineAsync($"PostgreSQL {s_current.Version} from {s_current.Source}");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (s_dataSource is not null)
            await s_dataSource.DisposeAsync();
        if (s_current is not null)
            await s_current.DisposeAsync();
    }

    static PostgresServerOptions Options() => new() { AdditionalSource = new DockerPostgres() };
}
