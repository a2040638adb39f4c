using System.Buffers;

namespace Rx.PgNotify.Nats.Protocol;

/// <summary>What a bridge says of itself when a receiver asks whether there is any: what keeps it from work, in one line.</summary>
static class StatusAnswer
{
    internal static byte[] Question { get; } = [1, (byte)MessageKind.Status];

    internal static byte[] Encode(string state)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        MessageHeader.Write(writer, MessageKind.StatusAnswer);
        writer.WriteText(state);
        return output.WrittenSpan.ToArray();
    }

    internal static string? Decode(ReadOnlySpan<byte> message)
    {
        var reader = new WireReader(message);
        if (!MessageHeader.TryRead(ref reader, MessageKind.StatusAnswer))
            return null;
        var state = reader.ReadText();
        return reader.IsComplete ? state : null;
    }
}
