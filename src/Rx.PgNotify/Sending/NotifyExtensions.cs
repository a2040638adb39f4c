using Npgsql;

namespace Rx.PgNotify;

/// <summary>Sends notifications.</summary>
public static class NotifyExtensions
{
    const int MaxPayloadBytes = 7_999;

    /// <summary>Sends a notification and commits it, on a connection of the data source's.</summary>
    /// <param name="dataSource">Where to send.</param>
    /// <param name="channel">1 to 63 bytes of UTF-8.</param>
    /// <param name="payload">At most 7,999 bytes of UTF-8; <see langword="null"/> sends an empty one.</param>
    /// <param name="cancellationToken">Cancels the sending.</param>
    /// <exception cref="ArgumentException">
    /// The channel or the payload breaks its limit; the message names both the size and the limit, never the payload.
    /// </exception>
    /// <exception cref="NpgsqlException">The server could not be reached or refused.</exception>
    /// <remarks>Follows <c>pg_notify</c> of the PostgreSQL manual, "NOTIFY".</remarks>
    public static async Task NotifyAsync(
        this NpgsqlDataSource dataSource, string channel, string? payload = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        Validate(channel, payload);
        var command = dataSource.CreateCommand();
        await using (command.ConfigureAwait(false))
            await SendAsync(command, channel, payload, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Sends a notification on an open connection. Inside a transaction it leaves when that commits, and never when it
    /// is rolled back.
    /// </summary>
    /// <inheritdoc cref="NotifyAsync(NpgsqlDataSource, string, string?, CancellationToken)"/>
    /// <exception cref="InvalidOperationException">The connection is not open, or busy.</exception>
    /// <param name="connection">An open connection.</param>
    /// <param name="channel">1 to 63 bytes of UTF-8.</param>
    /// <param name="payload">At most 7,999 bytes of UTF-8; <see langword="null"/> sends an empty one.</param>
    /// <param name="cancellationToken">Cancels the sending.</param>
    public static async Task NotifyAsync(
        this NpgsqlConnection connection, string channel, string? payload = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Validate(channel, payload);
        var command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
            await SendAsync(command, channel, payload, cancellationToken).ConfigureAwait(false);
    }

    static void Validate(string channel, string? payload)
    {
        ChannelName.Validate(channel, nameof(channel));
        if (payload is null)
            return;
        if (payload.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A payload can't contain the character NUL (U+0000).", nameof(payload));
        var bytes = ChannelName.CountBytes(payload, "A payload", nameof(payload));
        if (bytes > MaxPayloadBytes)
            throw new ArgumentException($"A payload has at most {MaxPayloadBytes} bytes of UTF-8; this one has {bytes}.", nameof(payload));
    }

    static async Task SendAsync(NpgsqlCommand command, string channel, string? payload, CancellationToken cancellationToken)
    {
        command.CommandText = "SELECT pg_notify($1, $2)";
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = channel });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = payload ?? "" });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
