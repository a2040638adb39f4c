namespace Rx.PgNotify;

/// <summary>A notification could not be sent, or it is not known whether it was. Each send has an instance of its own.</summary>
/// <remarks>Neither the message nor the properties ever hold a password or a payload.</remarks>
public sealed class PgNotifierException : Exception
{
    /// <summary>Creates an exception, for instance to test how a program treats it.</summary>
    /// <param name="error">The reason.</param>
    /// <param name="message">One readable sentence.</param>
    /// <param name="innerException">The cause.</param>
    public PgNotifierException(PgNotifierError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>The reason.</summary>
    public PgNotifierError Error { get; }
}
