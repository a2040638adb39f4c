using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>Connects to the shared server with a password that only a provider knows.</summary>
static class PasswordlessSource
{
    public static string Password { get; } = new NpgsqlConnectionStringBuilder(TestServer.ConnectionString).Password!;

    /// <summary>Unpooled, under an application's name.</summary>
    /// <param name="application">The name.</param>
    /// <param name="connectionString">How to connect, but for the password; the shared server if null.</param>
    public static NpgsqlDataSourceBuilder Builder(string application, string? connectionString = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString ?? TestServer.ConnectionString)
        {
            Password = null,
            ApplicationName = application,
            Pooling = false,
        };
        return new NpgsqlDataSourceBuilder(connection.ConnectionString);
    }
}
