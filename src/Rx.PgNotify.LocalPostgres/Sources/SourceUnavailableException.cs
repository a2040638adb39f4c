namespace Rx.PgNotify.LocalPostgres;

/// <summary>
/// Thrown by an <see cref="IPostgresSource"/> that cannot be used on this machine or for these options: the next source
/// is tried. A server that is there and fails to start is another matter, which ends the search.
/// </summary>
public sealed class SourceUnavailableException : Exception
{
    /// <summary>Says why.</summary>
    /// <param name="reason">One sentence for the person who reads that no server was found.</param>
    public SourceUnavailableException(string reason)
        : base(reason)
    {
    }

    /// <summary>Says why.</summary>
    /// <param name="reason">One sentence for the person who reads that no server was found.</param>
    /// <param name="cause">What was behind it.</param>
    public SourceUnavailableException(string reason, Exception cause)
        : base(reason, cause)
    {
    }
}
