namespace Rx.PgNotify.Connections;

/// <summary>The delays between attempts to connect: exponential, capped, each jittered between half and all of it.</summary>
sealed class Backoff(TimeSpan first, TimeSpan cap)
{
    int _failures;

    /// <summary>Notes a failure.</summary>
    /// <returns>How long to wait before the next attempt.</returns>
    internal TimeSpan Next()
    {
        var doublings = Math.Min(_failures++, 40); // 2^40 times 1 ms is beyond any cap, and far from overflow
        var delay = Math.Min(first.TotalMilliseconds * Math.Pow(2, doublings), cap.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(delay * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    internal void Reset() => _failures = 0;
}
