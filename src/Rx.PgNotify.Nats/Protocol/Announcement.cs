namespace Rx.PgNotify.Nats.Protocol;

/// <summary>"I am at work": sent when a bridge has taken the role, and twice a heartbeat after that.</summary>
static class Announcement
{
    internal static byte[] Encode(BridgeTerm term) => MessageHeader.Compose(MessageKind.Announcement, term.Write);

    internal static bool TryDecode(ReadOnlySpan<byte> message, out BridgeTerm term)
    {
        var reader = new WireReader(message);
        term = default;
        return MessageHeader.TryRead(ref reader, MessageKind.Announcement) && BridgeTerm.TryRead(ref reader, out term) && reader.IsComplete;
    }
}
