using System.Runtime.InteropServices;

namespace Rx.PgNotify.Nats.Protocol;

/// <summary>What the bridge at work says of itself in each of its messages.</summary>
/// <param name="Epoch">Its present epoch.</param>
/// <param name="Heartbeat">
/// How long it may be silent: it sends twice as often, and after two heartbeats without a message it is given up.
/// </param>
[StructLayout(LayoutKind.Auto)]
readonly record struct BridgeTerm(Epoch Epoch, TimeSpan Heartbeat)
{
    // A foreign message must not make a receiver look at the clock all the time, or never.
    static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    internal void Write(WireWriter writer)
    {
        writer.WriteEpoch(Epoch);
        writer.WriteCount((ulong)Heartbeat.TotalMilliseconds);
    }

    internal static bool TryRead(ref WireReader reader, out BridgeTerm term)
    {
        var epoch = reader.ReadEpoch();
        var milliseconds = reader.ReadCount();
        var isSane = milliseconds >= s_shortest.TotalMilliseconds && milliseconds <= s_longest.TotalMilliseconds;
        term = new BridgeTerm(epoch, isSane ? TimeSpan.FromMilliseconds(milliseconds) : s_longest);
        return isSane && !reader.HasFailed;
    }
}
