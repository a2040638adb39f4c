namespace Rx.PgNotify;

/// <summary>What went wrong for good: the reason in a <see cref="PgListenerException"/>.</summary>
public enum PgListenerError
{
    /// <summary>A reason this version has no name for; the inner exception says more.</summary>
    Unknown = 0,

    /// <summary>The server refused the user name, the password or the right to connect (SQLSTATE 28xxx, 42501).</summary>
    AuthenticationFailed = 1,

    /// <summary>The database does not exist (SQLSTATE 3D000).</summary>
    DatabaseNotFound = 2,

    /// <summary>The server's TLS certificate was refused by the client.</summary>
    CertificateRefused = 3,

    /// <summary>The only server is a standby in recovery, where <c>LISTEN</c> is not possible (SQLSTATE 25006).</summary>
    ServerInRecovery = 4,

    /// <summary>
    /// The server refused to listen to this one channel; other channels go on. In the encoding of its database the name is
    /// too long, or becomes another one, or lacks a character.
    /// </summary>
    ChannelRefused = 5,

    /// <summary>A setting of the connection string is refused, by the server or by Npgsql.</summary>
    SettingsRefused = 6,

    /// <summary>
    /// A connection pooler in transaction or statement mode stands in between: it accepts <c>LISTEN</c> and never
    /// delivers. A pooler in session mode works.
    /// </summary>
    TransactionPooler = 7,

    /// <summary>
    /// No connection could be had within <see cref="ListenerOptions.ReconnectBudget"/>; over NATS, or the client of NATS has spent its own
    /// attempts to connect.
    /// </summary>
    ReconnectBudgetSpent = 8,
}
