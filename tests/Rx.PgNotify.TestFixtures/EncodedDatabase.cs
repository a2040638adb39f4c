using Npgsql;

namespace Rx.PgNotify.TestFixtures;

/// <summary>A database of a test's own on the shared server, in an encoding of its own.</summary>
sealed class EncodedDatabase : IAsyncDisposable
{
    readonly string _name = UniqueChannel.Name("encoded");

    EncodedDatabase() => ConnectionString = new NpgsqlConnectionStringBuilder(TestServer.ConnectionString)
    {
        Database = _name,
        Pooling = false,
    }.ConnectionString;

    public string ConnectionString { get; }

    public static async Task<EncodedDatabase> CreateAsync(string encoding)
    {
        var database = new EncodedDatabase();
        await SqlExtensions.ExecuteAsync(
            TestServer.ConnectionString, $"CREATE DATABASE {database._name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'");
        return database;
    }

    public Task<object?> ExecuteAsync(string sql) => SqlExtensions.ExecuteAsync(ConnectionString, sql);

    public async Task NotifyAsync(string channel, string payload)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await connection.NotifyAsync(channel, payload);
    }

    public async ValueTask DisposeAsync() =>
        await SqlExtensions.ExecuteAsync(TestServer.ConnectionString, $"DROP DATABASE {_name} WITH (FORCE)");
}
