namespace Rx.PgNotify.LocalPostgres;

/// <summary>
/// No server could be had, or one was found and would not start. The message says what was tried, why it failed and
/// what can be done; it never holds a password.
/// </summary>
public sealed class PostgresServerException : Exception
{
    internal PostgresServerException(string message)
        : base(message)
    {
    }

    internal PostgresServerException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
