using System.Buffers;

namespace Rx.PgNotify.Nats.Protocol;

/// <summary>"I am at work": sent when a bridge has taken the role, and twice a heartbeat after that.</summary>
static class Announcement
{
    internal static byte[] Encode(BridgeTerm term)
    {
        var output = new ArrayBufferWriter<byte>(32);
        var writer = new WireWriter(output);
        MessageHeader.Write(writer, MessageKind.Announcement);
        term.Write(writer);
        return output.WrittenSpan.ToArray();
    }

    internal static bool TryDecode(ReadOnlySpan<byte> message, out BridgeTerm term)
    {
        var reader = new WireReader(message);
        term = default;
        return MessageHeader.TryRead(ref reader, MessageKind.Announcement) && BridgeTerm.TryRead(ref reader, out term) && reader.IsComplete;
    }
}
