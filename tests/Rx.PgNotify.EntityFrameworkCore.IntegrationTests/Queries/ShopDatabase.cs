using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>A database of its own with the tables of a context and their triggers.</summary>
sealed class ShopDatabase<TContext> : IDbContextFactory<TContext>, IAsyncDisposable
    where TContext : DbContext
{
    readonly Func<DbContextOptions, TContext> _create;
    readonly DbContextOptions _options;

    ShopDatabase(Func<DbContextOptions, TContext> create)
    {
        _create = create;
        ConnectionString = new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { Database = UniqueChannel.Name("ef") }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
        _options = Options().Options;
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource DataSource { get; }

    string Name => new NpgsqlConnectionStringBuilder(ConnectionString).Database!;

    public static async Task<ShopDatabase<TContext>> CreateAsync(Func<DbContextOptions, TContext> create)
    {
        var database = new ShopDatabase<TContext>(create);
        await ExecuteAsync(TestServer.DataSource, $"create database {database.Name}");
        await using var context = database.CreateDbContext();
        await context.Database.EnsureCreatedAsync();
        return database;
    }

    /// <summary>Options like those of the contexts made here.</summary>
    public DbContextOptionsBuilder<TContext> Options()
    {
        var options = new DbContextOptionsBuilder<TContext>().UseNpgsql(DataSource);
        options.UseChangeNotifications();
        return options;
    }

    public TContext CreateDbContext() => _create(_options);

    /// <summary>Contexts with other options.</summary>
    public IDbContextFactory<TContext> With(DbContextOptionsBuilder<TContext> options) => new Factory(_create, options.Options);

    public ShopListener Listen() => new(ConnectionString, DataSource);

    public Task ExecuteAsync(string sql) => ExecuteAsync(DataSource, sql);

    public async Task SaveAsync(Action<TContext> change)
    {
        await using var context = CreateDbContext();
        change(context);
        await context.SaveChangesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await ExecuteAsync(TestServer.DataSource, $"drop database {Name} with (force)");
    }

    static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = (int)(2 * Eventually.Deadline).TotalSeconds;
        await command.ExecuteNonQueryAsync();
    }

    sealed class Factory(Func<DbContextOptions, TContext> create, DbContextOptions options) : IDbContextFactory<TContext>
    {
        public TContext CreateDbContext() => create(options);
    }
}
