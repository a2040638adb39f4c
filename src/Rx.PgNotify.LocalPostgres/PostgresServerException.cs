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

    /// <summary>Thrown by an <see cref="IPostgresSource"/> whose server was there and would not start: it ends the search.</summary>
    /// <param name="message">What did not start, and why.</param>
    /// <param name="cause">What was behind it.</param>
    public PostgresServerException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
