using System.Diagnostics;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Receiving;

/// <summary>
/// Keeps out a bridge that has lost its role and does not know it yet, such as one that was stopped and goes on: its epoch is older than
/// one that was heard. Only a bridge that answers is let in all the same, when the newer one has been silent for three heartbeats: after
/// a failover the clock that orders epochs may be behind. A bridge without a role publishes nothing two heartbeats after it has lost it.
/// </summary>
/// <remarks><c>_gate</c> guards all fields.</remarks>
sealed class EpochFence
{
    readonly Lock _gate = new();
    BridgeTerm? _newest;
    long _heardAt;

    /// <summary>Whether a message of this epoch counts. One that does keeps older ones out from now on.</summary>
    internal bool Admits(BridgeTerm term) => Admits(term, silence: null);

    /// <summary>The same of a bridge that has just answered.</summary>
    internal bool AdmitsAnswer(BridgeTerm term) => Admits(term, silence: 3);

    bool Admits(BridgeTerm term, int? silence)
    {
        lock (_gate)
        {
            if (_newest is { } newest && term.Epoch < newest.Epoch
                && (silence is null || Stopwatch.GetElapsedTime(_heardAt) < silence * newest.Heartbeat))
            {
                return false;
            }

            _newest = term;
            _heardAt = Stopwatch.GetTimestamp();
            return true;
        }
    }
}
