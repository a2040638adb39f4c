using System.Security.Authentication;
using Npgsql;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Connections;

/// <summary>Distinguishes failures that retrying can't mend from those it can.</summary>
static class PermanentFailure
{
    /// <summary>What observers get if a first connection failed like this; <see langword="null"/> to try again.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="connections">What was connected with.</param>
    internal static (PgListenerError Error, string Message)? OfConnecting(Exception exception, ConnectionSource connections) => exception switch
    {
        PgListenerException e => (e.Error, e.Message), // of our own ConnectionCheck
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
            (PgListenerError.DatabaseNotFound, $"There is no such database: {Answer(exception)}."),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
            (PgListenerError.AuthenticationFailed, $"The user may not connect to this database: {Answer(exception)}."),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } =>
            (PgListenerError.ServerInRecovery, "The server is a standby in recovery, where LISTEN is not possible (SQLSTATE 25006)."),
        PostgresException { SqlState: ['2', '8', ..] } =>
            (PgListenerError.AuthenticationFailed, $"The server refused the log-in: {Answer(exception)}."),
        PostgresException { SqlState: ['4', '2', ..] or ['2', '2', ..] } =>
            (PgListenerError.SettingsRefused, $"The server refused a setting of the connection string: {Answer(exception)}."),
        // Npgsql has no code for these four. If its words change one day, they are tried again like any other failure.
        NpgsqlException { InnerException: null } e when e.Message.StartsWith("SSL connection requested", StringComparison.Ordinal) =>
            (PgListenerError.SettingsRefused, "The connection string asks for TLS and the server does not offer it."),
        NpgsqlException { InnerException: null } e when e.Message.StartsWith("No password has been provided", StringComparison.Ordinal) =>
            (PgListenerError.AuthenticationFailed, "The server asks for a password and none is given."),
        NpgsqlException { InnerException: null } e when e.Message.Contains("authentication method is not allowed", StringComparison.Ordinal) =>
            (PgListenerError.SettingsRefused, $"Npgsql refuses how the server wants to authenticate: {e.Message}"),
        NpgsqlException { InnerException: null } e when e.Message.Contains("SCRAM-SHA-256-PLUS", StringComparison.Ordinal) =>
            (PgListenerError.SettingsRefused, "The connection string asks for channel binding, and the server does not offer it."),
        // Not any file: a provider of the user's may look for one that is about to come.
        _ when MissingFile(exception) is { } missing && connections.NamesFile(missing) =>
            (PgListenerError.SettingsRefused, $"A file that the connection string names is missing: {missing.Message}"),
        ArgumentException e when e.Message.Contains("ValidationCallback", StringComparison.Ordinal) =>
            (PgListenerError.SettingsRefused, $"Npgsql refuses what the data source was built with: {e.Message}"),
        ArgumentException or NotSupportedException =>
            (PgListenerError.SettingsRefused, "Npgsql refuses a setting of the connection string."),
        // Of several hosts, each failed for good.
        NpgsqlException { InnerException: AggregateException { InnerExceptions: { Count: > 0 } causes } }
            when causes.All(cause => OfConnecting(cause, connections) is not null) => OfConnecting(causes[0], connections),
        // Npgsql checks root certificates in a callback of its own, which .NET then names; nobody has set one.
        NpgsqlException { InnerException: AuthenticationException e } when e.Message.Contains("ValidationCallback", StringComparison.Ordinal) =>
            (PgListenerError.CertificateRefused, $"The server's TLS certificate was refused by {connections.CertificateCheck}."),
        NpgsqlException { InnerException: AuthenticationException } =>
            (PgListenerError.CertificateRefused, $"The server's TLS certificate was refused: {ExceptionSummary.Of(exception.InnerException!)}"),
        _ => null,
    };

    static IOException? MissingFile(Exception? exception)
    {
        while (exception is not (null or FileNotFoundException or DirectoryNotFoundException))
            exception = exception.InnerException;
        return (IOException?)exception;
    }

    // What the server says itself: names of users, databases, channels and settings, never a password or a payload.
    internal static string Answer(Exception exception) =>
        exception is PostgresException e ? $"{e.MessageText} (SQLSTATE {e.SqlState})" : "";

    /// <summary>
    /// Whether LISTEN failed because of the channel itself: data that does not fit the server's encoding, or syntax.
    /// Anything else is the server's or the line's trouble and passes.
    /// </summary>
    internal static bool IsChannelRefused(PostgresException exception) =>
        exception.SqlState is ['2', '2', ..] or ['4', '2', ..];
}
