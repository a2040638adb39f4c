using Npgsql;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>A listener of a test's own whose session can be asked what it listens to, and whose backend can be ended.</summary>
sealed class ShopListener : IAsyncDisposable
{
    readonly NpgsqlDataSource _dataSource;

    public ShopListener(string connectionString, NpgsqlDataSource dataSource)
    {
        _dataSource = dataSource;
        Tap = WireTap.Start(connectionString, keepStatements: false);
        Listener = new PgListener(
            new NpgsqlConnectionStringBuilder(Tap.ConnectionString) { ApplicationName = Application }.ConnectionString,
            new PgListenerOptions
            {
                Linger = TimeSpan.Zero,
                ReconnectDelay = TimeSpan.FromMilliseconds(10),
                MaxReconnectDelay = TimeSpan.FromMilliseconds(50),
            });
    }

    /// <summary>The name of its connection.</summary>
    public string Application { get; } = UniqueChannel.Name("ef");

    public WireTap Tap { get; }

    public PgListener Listener { get; }

    /// <summary>The channels that the server listens to for it.</summary>
    public Task<IReadOnlyList<string>> ChannelsAsync() => Tap.AskAsync("select pg_listening_channels()");

    public Task UntilChannelsAsync(params string[] channels) => Eventually.BecomesAsync(
        async () => string.Join(' ', (await ChannelsAsync()).Order(StringComparer.Ordinal)),
        now => now == string.Join(' ', channels.Order(StringComparer.Ordinal)),
        expectation: string.Join(' ', channels));

    public async Task<long> CountBackendsAsync()
    {
        await using var command = _dataSource.CreateCommand(
            $"select count(*) from pg_stat_activity where application_name = '{Application}'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task KillBackendAsync()
    {
        await using var command = _dataSource.CreateCommand(
            $"select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = '{Application}'");
        await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        await Tap.DisposeAsync();
    }
}
