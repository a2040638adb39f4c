using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Sending;
using Rx.PgNotify.Sql;

namespace Rx.PgNotify;

/// <summary>
/// What the library adds to Npgsql's types: sending notifications, and watching the server's queue of them. To send many,
/// use a <see cref="PgNotifier"/>.
/// </summary>
public static partial class NpgsqlNotifyExtensions
{
    /// <summary>
    /// Sends a notification and commits it, on a connection of the data source's. Inside a <c>TransactionScope</c> it takes part
    /// in that, unless the connection string has <c>Enlist=false</c>.
    /// </summary>
    /// <param name="dataSource">Where to send; of several hosts the primary. One that is bound to others is an <see cref="ArgumentException"/>.</param>
    /// <param name="channel">1 to 63 bytes of UTF-8.</param>
    /// <param name="payload">At most 7,999 bytes of UTF-8; <see langword="null"/> sends an empty one.</param>
    /// <param name="cancellationToken">Cancels the sending.</param>
    /// <returns>Completes when it is committed, or in a transaction when the server has taken it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> or <paramref name="channel"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// The channel or the payload breaks its limit; the message names both the size and the limit, never the payload.
    /// Thrown at once.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The task fails with it.</exception>
    /// <exception cref="NpgsqlException">
    /// The server could not be reached or refused. In a database of another encoding than UTF-8 it also refuses a channel or
    /// a payload that is too long there (SQLSTATE 22023), or has a character that is missing there (22P05).
    /// </exception>
    /// <remarks>Follows <c>pg_notify</c> of the PostgreSQL manual, "NOTIFY".</remarks>
    public static Task NotifyAsync(
        this NpgsqlDataSource dataSource, string channel, string? payload = null, CancellationToken cancellationToken = default)
    {
        var primary = dataSource.ForPrimary();
        Validate(channel, payload);
        return SendAsync(primary.CreateCommand(), channel, payload, cancellationToken);
    }

    /// <summary>
    /// Sends a notification on an open connection. Inside a transaction it leaves when that commits, and never when it
    /// is rolled back.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="connection"/> or <paramref name="channel"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The connection is not open, or busy.</exception>
    /// <param name="connection">An open connection.</param>
    /// <param name="channel">1 to 63 bytes of UTF-8.</param>
    /// <param name="payload">At most 7,999 bytes of UTF-8; <see langword="null"/> sends an empty one.</param>
    /// <param name="cancellationToken">Cancels the sending.</param>
    /// <inheritdoc cref="NotifyAsync(NpgsqlDataSource, string, string?, CancellationToken)" path="/*[self::remarks or self::returns or (self::exception and not(contains(@cref,'ArgumentNull')))]"/>
    public static Task NotifyAsync(
        this NpgsqlConnection connection, string channel, string? payload = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Validate(channel, payload);
        return SendAsync(connection.CreateCommand(), channel, payload, cancellationToken);
    }

    /// <summary>
    /// Adds a notification to a batch. It leaves when the batch's transaction commits: the batch's own, or the one that its
    /// connection is in.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="channel">1 to 63 bytes of UTF-8.</param>
    /// <param name="payload">At most 7,999 bytes of UTF-8; <see langword="null"/> sends an empty one.</param>
    /// <returns>The command, which is in the batch already. Its one row has one column, which is empty.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="batch"/> or <paramref name="channel"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// The channel or the payload breaks its limit; the message names both the size and the limit, never the payload. The
    /// batch is as before.
    /// </exception>
    public static NpgsqlBatchCommand AddNotify(this NpgsqlBatch batch, string channel, string? payload = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Validate(channel, payload);
        var command = new NpgsqlBatchCommand(NotifyStatement.Text);
        NotifyStatement.AddParameters(command.Parameters, channel, payload);
        batch.BatchCommands.Add(command);
        return command;
    }

    static void Validate(string channel, string? payload)
    {
        ChannelName.Validate(channel, nameof(channel));
        PayloadText.Validate(payload, nameof(payload));
    }

    static async Task SendAsync(NpgsqlCommand command, string channel, string? payload, CancellationToken cancellationToken)
    {
        await using (command.ConfigureAwait(false))
        {
            command.CommandText = NotifyStatement.Text;
            NotifyStatement.AddParameters(command.Parameters, channel, payload);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
