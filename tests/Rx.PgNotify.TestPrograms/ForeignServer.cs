using Npgsql;

namespace Rx.PgNotify.TestPrograms;

/// <summary>The server, as one who throws nothing sees it, and whether a listener and a notifier serve.</summary>
sealed class ForeignServer(string connectionString) : IAsyncDisposable
{
    readonly NpgsqlDataSource _dataSource = NpgsqlDataSource.Create(connectionString);

    internal string ConnectionString { get; } = connectionString;

    internal static string UniqueName() => $"foreign_{Guid.NewGuid():N}";

    /// <summary>How to connect under a name by which <see cref="KillAsync"/> finds it.</summary>
    internal string Named(string application) =>
        new NpgsqlConnectionStringBuilder(ConnectionString) { ApplicationName = application, Pooling = false }.ConnectionString;

    /// <summary>Two notifications in one commit.</summary>
    internal async Task NotifyTwiceAsync(string channel)
    {
        await using var command = _dataSource.CreateCommand("SELECT count(pg_notify($1, n::text)) FROM generate_series(1, 2) n");
        command.Parameters.AddWithValue(channel);
        await command.ExecuteScalarAsync();
    }

    internal async Task KillAsync(string application)
    {
        await using var command = _dataSource.CreateCommand(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1");
        command.Parameters.AddWithValue(application);
        await command.ExecuteScalarAsync();
    }

    /// <summary>A subscription that was there before something throws.</summary>
    internal async Task<Bystander> JoinAsync(PgListener listener)
    {
        var bystander = new Bystander(this);
        await bystander.SubscribeAsync(listener);
        return bystander;
    }

    /// <summary>"serves", if a subscription that begins now gets a notification.</summary>
    internal async Task<string> ServesAsync(PgListener listener) => await (await JoinAsync(listener)).IsServedAsync();

    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();
}
