namespace Rx.PgNotify.Listening;

/// <summary>The delays between attempts to connect: exponential, capped, each jittered between half and all of it.</summary>
/// <remarks>
/// Used by the pump alone. It outlives a fault, so that <c>Retry()</c> on a wrong password does not spin.
/// </remarks>
sealed class Backoff(TimeSpan first, TimeSpan cap)
{
    /// <summary>How many attempts have failed since the last success.</summary>
    internal int Failures { get; private set; }

    /// <summary>Notes a failure.</summary>
    /// <returns>How long to wait before the next attempt.</returns>
    internal TimeSpan Next()
    {
        var doublings = Math.Min(Failures++, 40); // 2^40 times 1 ms is beyond any cap, and far from overflow
        var delay = Math.Min(first.TotalMilliseconds * Math.Pow(2, doublings), cap.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(delay * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    internal void Reset() => Failures = 0;
}
