namespace Rx.PgNotify;

/// <summary>
/// Ends a subscription whose cause retrying cannot mend. Each observer gets an instance of its own; the cause is the
/// inner exception.
/// </summary>
/// <remarks>Neither the message nor the properties ever hold a password or a payload.</remarks>
public sealed class PgListenerException : Exception
{
    /// <summary>Creates an exception, for instance to test how a pipeline treats it.</summary>
    /// <param name="error">The reason.</param>
    /// <param name="message">One readable sentence.</param>
    /// <param name="innerException">The cause.</param>
    public PgListenerException(PgListenerError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>The reason.</summary>
    public PgListenerError Error { get; }
}
