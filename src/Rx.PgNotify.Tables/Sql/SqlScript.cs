using Npgsql;
using Rx.PgNotify.Connections;

namespace Rx.PgNotify.Tables.Sql;

/// <summary>Runs several statements: one command, and so one transaction, unless the connection has one already.</summary>
static class SqlScript
{
    internal static async Task RunAsync(NpgsqlDataSource dataSource, string script, CancellationToken cancellationToken)
    {
        var command = dataSource.ForPrimary().CreateCommand(script);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    internal static async Task RunAsync(NpgsqlConnection connection, string script, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var command = new NpgsqlCommand(script, connection);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
