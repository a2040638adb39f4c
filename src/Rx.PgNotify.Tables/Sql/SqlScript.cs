using Npgsql;
using Rx.PgNotify.Connections;

namespace Rx.PgNotify.Tables.Sql;

/// <summary>Runs several statements: one command, and so one transaction, unless the connection has one already.</summary>
static class SqlScript
{
    /// <remarks>A data source that can't serve is an exception at once, and not of the task.</remarks>
    internal static Task RunAsync(NpgsqlDataSource dataSource, string script, CancellationToken cancellationToken) =>
        RunAsync(dataSource.ForPrimary().CreateCommand(script), cancellationToken);

    internal static Task RunAsync(NpgsqlConnection connection, string script, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return RunAsync(new NpgsqlCommand(script, connection), cancellationToken);
    }

    static async Task RunAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
