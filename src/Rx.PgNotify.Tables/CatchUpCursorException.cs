namespace Rx.PgNotify.Tables;

/// <summary>
/// A cursor that can't be gone on from: it belongs to another table, the server doesn't know all that it has seen, or
/// deletions that it may not have seen were purged. No retry mends it; start from <see langword="null"/>, with an empty copy.
/// </summary>
public sealed class CatchUpCursorException : Exception
{
    /// <summary>Creates an exception, for instance to test how a pipeline treats it.</summary>
    /// <param name="message">What is wrong with the cursor.</param>
    /// <param name="innerException">The cause.</param>
    public CatchUpCursorException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
