using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

/// <summary>A schema and a channel of a test's own, and what was reported on the channel.</summary>
sealed class TableStage : IAsyncDisposable
{
    readonly Recorder<ChannelSignal> _recorder = new();
    readonly NpgsqlDataSource _database;
    readonly PgListener _listener;
    readonly IDisposable _subscription;
    int _seen = 1;

    TableStage(string channel, string connectionString)
    {
        Channel = channel;
        // Of this test's own, as are the settings in it; what a session has set is discarded when it goes back to the pool.
        _database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = Schema });
        _listener = new PgListener(connectionString);
        _subscription = _listener.Channel(channel).Signals.Subscribe(_recorder);
    }

    public string Channel { get; }

    public string Schema { get; } = UniqueChannel.Name("tables");

    /// <summary>Makes a schema, listens, and runs the statements with the schema as search path.</summary>
    public static async Task<TableStage> CreateAsync(string sql, string? channel = null, string? connectionString = null)
    {
        var stage = new TableStage(channel ?? UniqueChannel.Name("tables"), connectionString ?? TestServer.ConnectionString);
        await stage.ExecuteAsync($"CREATE SCHEMA {stage.Schema}");
        await stage.ExecuteAsync(sql);
        await stage._recorder.UntilSubscribedAsync();
        return stage;
    }

    public TableTrigger Trigger(string table, TableTriggerOptions? options = null) => new(table, Channel, Schema, options);

    /// <summary>Its function, quoted, without arguments.</summary>
    public static string FunctionName(TableTrigger trigger) => trigger.RemoveScript.Split("EXISTS ")[1].Split("()")[0];

    public async Task InstallAsync(string table, TableTriggerOptions? options = null)
    {
        await using var connection = await ConnectAsync();
        await Trigger(table, options).InstallAsync(connection);
    }

    public async Task RemoveAsync(string table)
    {
        await using var connection = await ConnectAsync();
        await Trigger(table).RemoveAsync(connection);
    }

    /// <summary>A connection of a role's, by default the superuser, with the schema as search path.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string? role = null)
    {
        var connection = await _database.OpenConnectionAsync();
        if (role is not null)
            await ExecuteAsync(connection, $"SET ROLE {role}");
        return connection;
    }

    public async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        return await ExecuteAsync(connection, sql);
    }

    public static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Runs the statements and returns what they, and only they, reported.</summary>
    public async Task<IReadOnlyList<string>> ReportedByAsync(string sql)
    {
        await ExecuteAsync(sql);
        return await ReportedAsync();
    }

    /// <summary>What was reported since the last call. A marker behind it shows that nothing else is under way.</summary>
    public async Task<IReadOnlyList<string>> ReportedAsync()
    {
        var marker = string.Create(CultureInfo.InvariantCulture, $"marker {_seen}");
        await using (var connection = await ConnectAsync())
            await connection.NotifyAsync(Channel, marker);
        await _recorder.UntilAsync(items => items.Skip(_seen).Payloads().Contains(marker), "the marker should arrive");
        var reported = _recorder.Items.Skip(_seen).Payloads().ToArray();
        _seen += reported.Length;
        return [.. reported.SkipLast(1).Select(payload => payload.Replace(Schema, "S", StringComparison.Ordinal))];
    }

    public async ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        await _listener.DisposeAsync();
        await ExecuteAsync($"DROP SCHEMA {Schema} CASCADE");
        await _database.DisposeAsync();
    }
}
