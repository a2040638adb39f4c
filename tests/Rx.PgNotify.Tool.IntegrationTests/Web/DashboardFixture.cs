using Npgsql;
using Rx.PgNotify.LiveDashboard;

namespace Rx.PgNotify.Tool.IntegrationTests.Web;

/// <summary>The dashboard, served on a free port, over a database of each test's own.</summary>
public abstract class DashboardFixture : SampleFixture
{
    NpgsqlDataSource _database = null!;
    DashboardServer? _dashboard;

    private protected Uri Address { get; private set; } = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _database = NpgsqlDataSource.Create(Connection);
        await ServeAsync(port: 0);
    }

    [TearDown]
    public async Task EndAsync()
    {
        await EndDashboardAsync();
        await _database.DisposeAsync();
    }

    private protected async Task ServeAsync(int port)
    {
        _dashboard = await DashboardServer.StartAsync(_database, port, _ => { }, CancellationToken.None);
        Address = _dashboard.Address;
    }

    private protected async Task EndDashboardAsync()
    {
        if (Interlocked.Exchange(ref _dashboard, null) is { } dashboard)
            await dashboard.DisposeAsync();
    }

    private protected Task InsertAsync(params string[] customers) => ExecuteAsync(
        $"INSERT INTO dashboard_orders (customer, amount) VALUES {string.Join(", ", customers.Select(customer => $"($${customer}$$, 30)"))}");

    /// <summary>Ends the listener's backend, and returns when it has gone.</summary>
    private protected async Task KillListenerAsync() => Assert.That(await ExecuteAsync($"""
        SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
        WHERE query LIKE '/* Rx.PgNotify%' AND datname = '{Database}'
        """), Is.EqualTo(1L));

    private protected async Task<long> ListenersAsync() => (long)(await TestServer.Current.ExecuteAsync(
        $"SELECT count(*) FROM pg_stat_activity WHERE query LIKE '/* Rx.PgNotify%' AND datname = '{Database}'"))!;
}
