using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rx.PgNotify.EntityFrameworkCore;

namespace Rx.PgNotify.IntegrationTests.EntityFrameworkCore.Queries;

/// <summary>A database of its own with the tables of a context, some rows in each, and a listener.</summary>
sealed class ShopDatabase<TContext> : IDbContextFactory<TContext>, IAsyncDisposable
    where TContext : DbContext
{
    readonly Func<DbContextOptions, TContext> _create;
    readonly DbContextOptions _options;

    ShopDatabase(Func<DbContextOptions, TContext> create, Action<DbContextOptionsBuilder<TContext>>? configure, string name)
    {
        _create = create;
        Application = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { Database = name }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
        var options = new DbContextOptionsBuilder<TContext>().UseNpgsql(DataSource);
        options.UseChangeNotifications();
        configure?.Invoke(options);
        _options = options.Options;
        Listener = new PgListener(
            $"{ConnectionString};Application Name={name}",
            new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(10), MaxReconnectDelay = TimeSpan.FromMilliseconds(50) });
    }

    public string ConnectionString { get; }

    /// <summary>The application name of the listener's connection.</summary>
    public string Application { get; }

    public NpgsqlDataSource DataSource { get; }

    public PgListener Listener { get; }

    public static async Task<ShopDatabase<TContext>> CreateAsync(
        Func<DbContextOptions, TContext> create, Action<DbContextOptionsBuilder<TContext>>? configure = null)
    {
        var name = UniqueChannel.Name("ef");
        await ExecuteAsync(TestServer.DataSource, $"create database {name}");
        var database = new ShopDatabase<TContext>(create, configure, name);
        await using var context = database.CreateDbContext();
        await context.Database.EnsureCreatedAsync();
        await TestTriggers.InstallAsync(context, database.DataSource);
        return database;
    }

    public TContext CreateDbContext() => _create(_options);

    public Task ExecuteAsync(string sql) => ExecuteAsync(DataSource, sql);

    public async Task<T> ReadAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Ends the listener's backend, if it has one.</summary>
    public Task KillListenerAsync() => ExecuteAsync(
        $"select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = '{Application}'");

    public async Task SaveAsync(Action<TContext> change)
    {
        await using var context = CreateDbContext();
        change(context);
        await context.SaveChangesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        await DataSource.DisposeAsync();
        await ExecuteAsync(TestServer.DataSource, $"drop database {Application} with (force)");
    }

    static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
