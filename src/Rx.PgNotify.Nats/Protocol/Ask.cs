namespace Rx.PgNotify.Nats.Protocol;

/// <summary>What a receiver asks the bridge at work: to hear these channels, now and until it has not asked for a while.</summary>
static class Ask
{
    /// <summary>How many names a question has at the most: with 63 bytes each, a message that every server takes.</summary>
    internal const int MostChannels = 256;

    internal static byte[] Encode(IReadOnlyCollection<string> channels) => MessageHeader.Compose(MessageKind.Ask, writer =>
    {
        writer.WriteCount((ulong)channels.Count);
        foreach (var channel in channels)
            writer.WriteText(channel);
    });

    internal static bool TryDecode(ReadOnlySpan<byte> message, out string[] channels)
    {
        channels = [];
        var reader = new WireReader(message);
        if (!MessageHeader.TryRead(ref reader, MessageKind.Ask))
            return false;
        var names = new string[Math.Min(reader.ReadCountOfWhatFollows(), MostChannels)];
        for (var i = 0; i < names.Length; i++)
            names[i] = reader.ReadText();
        if (!reader.IsComplete)
            return false;
        channels = names;
        return true;
    }
}
