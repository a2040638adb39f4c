using Npgsql;
using Rx.PgNotify.Connections;

namespace Rx.PgNotify.Tables.Sql;

/// <summary>A script that is run only where something of it is left to do.</summary>
/// <remarks>
/// What is asked before takes no part in the script's transaction: several programs may find at once that something is left. The
/// script itself locks the table, and running it twice ends in the same state.
/// </remarks>
sealed class Installation(string script, Func<NpgsqlConnection, CancellationToken, Task<bool>> isDone)
{
    /// <inheritdoc cref="SqlScript.RunAsync(NpgsqlDataSource, string, CancellationToken)" path="/remarks"/>
    internal Task RunAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) =>
        RunOnAsync(dataSource.ForPrimary(), cancellationToken);

    internal Task RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return RunOnAsync(connection, cancellationToken);
    }

    /// <inheritdoc cref="SqlScript.RunAsync(NpgsqlDataSource, string, CancellationToken)" path="/remarks"/>
    internal Task<bool> IsDoneAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) =>
        IsDoneOnAsync(dataSource.ForPrimary(), cancellationToken);

    internal Task<bool> IsDoneAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return isDone(connection, cancellationToken);
    }

    async Task<bool> IsDoneOnAsync(NpgsqlDataSource primary, CancellationToken cancellationToken)
    {
        var connection = await primary.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await isDone(connection, cancellationToken).ConfigureAwait(false);
    }

    async Task RunOnAsync(NpgsqlDataSource primary, CancellationToken cancellationToken)
    {
        var connection = await primary.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            await RunOnAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    async Task RunOnAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await isDone(connection, cancellationToken).ConfigureAwait(false))
            await SqlScript.RunAsync(connection, script, cancellationToken).ConfigureAwait(false);
    }
}
