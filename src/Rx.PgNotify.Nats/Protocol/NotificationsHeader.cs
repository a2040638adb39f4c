using System.Runtime.InteropServices;

namespace Rx.PgNotify.Nats.Protocol;

/// <summary>What stands before the notifications of a message; of a beat, it is all there is.</summary>
/// <param name="Term">Of the bridge that sent it.</param>
/// <param name="SentAt">When, on the clock of that machine: milliseconds since 1970.</param>
/// <param name="Stream">
/// At random, for each time that the bridge begins to forward the channel: a channel that nobody asked for was left meanwhile.
/// </param>
/// <param name="First">
/// The number of its first notification. The notifications of a stream are counted from 0, also those that the bridge itself has lost: a
/// jump says how many are missing.
/// </param>
/// <param name="Count">How many notifications follow.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct NotificationsHeader(BridgeTerm Term, long SentAt, long Stream, long First, int Count)
{
    /// <summary>The number of the notification that comes next.</summary>
    internal long Next => First + Count;

    internal void Write(WireWriter writer)
    {
        MessageHeader.Write(writer, MessageKind.Notifications);
        Term.Write(writer);
        writer.WriteInt64(SentAt);
        writer.WriteInt64(Stream);
        writer.WriteInt64(First);
        writer.WriteCount((ulong)Count);
    }

    internal static bool TryRead(ref WireReader reader, out NotificationsHeader header)
    {
        header = default;
        if (!MessageHeader.TryRead(ref reader, MessageKind.Notifications) || !BridgeTerm.TryRead(ref reader, out var term))
            return false;
        header = new NotificationsHeader(term, reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadCountOfWhatFollows());
        return !reader.HasFailed && header.First >= 0;
    }
}
