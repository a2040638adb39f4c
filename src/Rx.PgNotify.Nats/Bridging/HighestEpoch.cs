using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>The latest of the epochs that a bridge has heard of or had itself.</summary>
sealed class HighestEpoch
{
    long _order;

    /// <summary>Notes an epoch.</summary>
    internal void Heard(Epoch epoch)
    {
        for (var known = Volatile.Read(ref _order); epoch.Order > known; known = Volatile.Read(ref _order))
            Interlocked.CompareExchange(ref _order, epoch.Order, known);
    }

    /// <summary>An epoch that comes after all of them.</summary>
    /// <param name="now">The server's time in microseconds, which is its order unless the clock was set back.</param>
    internal Epoch Next(long now)
    {
        var epoch = new Epoch(Math.Max(now, Volatile.Read(ref _order) + 1), Random.Shared.NextInt64());
        Heard(epoch);
        return epoch;
    }
}
