using System.Diagnostics;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Receiving;

/// <summary>
/// Keeps out a bridge that has lost its role and does not know it yet, such as one that was stopped and goes on: its epoch is older than
/// one that was heard. When that one has been silent for two heartbeats any is let in again: after a failover the clock that orders epochs
/// may be behind.
/// </summary>
/// <remarks><c>_gate</c> guards all fields.</remarks>
sealed class EpochFence
{
    readonly Lock _gate = new();
    BridgeTerm? _newest;
    long _heardAt;

    /// <summary>Whether a message of this epoch counts. One that does keeps older ones out from now on.</summary>
    internal bool Admits(BridgeTerm term)
    {
        lock (_gate)
        {
            if (_newest is { } newest && term.Epoch < newest.Epoch && Stopwatch.GetElapsedTime(_heardAt) < 2 * newest.Heartbeat)
                return false;
            _newest = term;
            _heardAt = Stopwatch.GetTimestamp();
            return true;
        }
    }
}
