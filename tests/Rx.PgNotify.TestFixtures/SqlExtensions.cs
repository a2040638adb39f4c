using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.TestFixtures;

/// <summary>One statement on a connection of its own, which leaves nothing behind in a pool.</summary>
static class SqlExtensions
{
    public static Task<object?> ExecuteAsync(this PostgresServer server, string sql) => ExecuteAsync(server.ConnectionString, sql);

    public static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        // DROP DATABASE waits for every backend of the server, one that a slow line holds up too.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)(2 * Eventually.Deadline).TotalSeconds };
        return await command.ExecuteScalarAsync();
    }

    /// <summary>
    /// Ends the backends of an application, and waits until they are gone; by default those of the library, which name it in
    /// their last statement too.
    /// </summary>
    public static Task KillBackendsAsync(this PostgresServer server, string applicationName = "Rx.PgNotify") => server.ExecuteAsync(
        $"select count(pg_terminate_backend(pid, 60000)) from pg_stat_activity where application_name = '{applicationName}' "
        + $"or query like '/* {applicationName} %'");

    /// <summary>Commits a notification on the server.</summary>
    public static Task NotifyAsync(this PostgresServer server, string channel, string payload) =>
        NotifyAsync(server.ConnectionString, channel, payload);

    /// <summary>Commits a notification.</summary>
    public static async Task NotifyAsync(string connectionString, string channel, string payload)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await connection.NotifyAsync(channel, payload);
    }

    /// <summary>Makes it a standby that follows nobody: it waits for more to replay, as one does whose primary is gone.</summary>
    public static async Task RestartAsStandbyAsync(this PostgresServer server)
    {
        var data = await server.ExecuteAsync("show data_directory");
        await server.ExecuteAsync($"copy (select '') to '{data}/standby.signal'");
        await server.RestartAsync();
        Assert.That(await server.ExecuteAsync("select pg_is_in_recovery()"), Is.True);
    }
}
