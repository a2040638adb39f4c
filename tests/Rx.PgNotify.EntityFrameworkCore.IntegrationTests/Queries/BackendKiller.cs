using Npgsql;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>Ends backends, on a connection of its own that it spares.</summary>
sealed class BackendKiller(ShopDatabase<NotifyingShopContext> database, ShopListener shop) : IAsyncDisposable
{
    readonly NpgsqlDataSource _dataSource = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = "killer" }.ConnectionString);

    public int Kills { get; private set; }

    /// <param name="whom">0 or 1: the listener's; 2: all of the database's, those of queries and writers among them.</param>
    public async Task KillAsync(int whom)
    {
        if (whom < 2)
            Kills += await TerminateAsync($"application_name = '{shop.Application}'");
        else
            Kills += await TerminateAsync("application_name <> 'killer'");
    }

    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    async Task<int> TerminateAsync(string condition)
    {
        await using var command = _dataSource.CreateCommand(
            $"select count(pg_terminate_backend(pid))::int from pg_stat_activity where datname = current_database() and {condition}");
        return (int)(await command.ExecuteScalarAsync())!;
    }
}
