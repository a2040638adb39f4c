using System.Buffers;

namespace Rx.PgNotify.Nats.Protocol;

/// <summary>How each message begins.</summary>
static class MessageHeader
{
    const byte Version = 1;

    internal static void Write(WireWriter writer, MessageKind kind)
    {
        writer.WriteByte(Version);
        writer.WriteByte((byte)kind);
    }

    /// <summary>A message of its own: the header, and what <paramref name="write"/> adds.</summary>
    internal static byte[] Compose(MessageKind kind, Action<WireWriter>? write = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        Write(writer, kind);
        write?.Invoke(writer);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Whether a message of this kind follows.</summary>
    internal static bool TryRead(ref WireReader reader, MessageKind kind) =>
        reader.ReadByte() == Version && reader.ReadByte() == (byte)kind && !reader.HasFailed;
}
