namespace Rx.PgNotify.Sending;

/// <summary>How much goes into one round trip: so much that the answer comes well before the connection would be given up.</summary>
/// <remarks>
/// The sends of a round trip complete only when its last commit is done. On a server where commits have to queue, or over a slow line,
/// a round trip of a fixed size could take longer than the server has to answer, and all its sends would be in doubt. Used by the
/// pump alone.
/// </remarks>
sealed class RoundTripSize(TimeSpan heartbeat)
{
    const int MostCommits = 128;
    const int MostBytes = 1 << 20;
    const int FewestBytes = 1 << 14;

    /// <summary>So many commits at the most.</summary>
    internal int Commits { get; private set; } = 8;

    /// <summary>So many bytes of channels and payloads at the most, but for a single send that has more.</summary>
    internal int Bytes { get; private set; } = 1 << 18;

    /// <summary>Grows when a round trip was short, and shrinks when it was long.</summary>
    internal void Took(TimeSpan elapsed)
    {
        if (elapsed > heartbeat / 8)
            (Commits, Bytes) = (Math.Max(1, Commits / 2), Math.Max(FewestBytes, Bytes / 2));
        else if (elapsed < heartbeat / 32)
            (Commits, Bytes) = (Math.Min(MostCommits, Commits * 2), Math.Min(MostBytes, Bytes * 2));
    }
}
