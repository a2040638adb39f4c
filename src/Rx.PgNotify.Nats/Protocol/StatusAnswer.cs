namespace Rx.PgNotify.Nats.Protocol;

/// <summary>What a bridge says of itself when a receiver asks whether there is any: what keeps it from work, in one line.</summary>
static class StatusAnswer
{
    internal static byte[] Question { get; } = MessageHeader.Compose(MessageKind.Status);

    internal static byte[] Encode(string state) => MessageHeader.Compose(MessageKind.StatusAnswer, writer => writer.WriteText(state));

    internal static string? Decode(ReadOnlySpan<byte> message)
    {
        var reader = new WireReader(message);
        if (!MessageHeader.TryRead(ref reader, MessageKind.StatusAnswer))
            return null;
        var state = reader.ReadText();
        return reader.IsComplete ? state : null;
    }
}
