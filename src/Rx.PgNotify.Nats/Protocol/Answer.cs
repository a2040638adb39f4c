namespace Rx.PgNotify.Nats.Protocol;

/// <summary>What the bridge at work answers to an <see cref="Ask"/>.</summary>
/// <param name="Term">Of the bridge that answers.</param>
/// <param name="Channels">For each name that was asked for, in this order.</param>
sealed record Answer(BridgeTerm Term, IReadOnlyList<ChannelAnswer> Channels)
{
    internal byte[] Encode() => MessageHeader.Compose(MessageKind.Answer, writer =>
    {
        Term.Write(writer);
        writer.WriteCount((ulong)Channels.Count);
        foreach (var channel in Channels)
        {
            writer.WriteInt64(channel.Stream);
            writer.WriteInt64(channel.Next);
            writer.WriteText(channel.Refusal ?? "");
        }
    });

    internal static Answer? Decode(ReadOnlySpan<byte> message)
    {
        var reader = new WireReader(message);
        if (!MessageHeader.TryRead(ref reader, MessageKind.Answer) || !BridgeTerm.TryRead(ref reader, out var term))
            return null;
        var channels = new ChannelAnswer[Math.Min(reader.ReadCountOfWhatFollows(), Ask.MostChannels)];
        for (var i = 0; i < channels.Length; i++)
        {
            var (stream, next) = (reader.ReadInt64(), reader.ReadInt64());
            channels[i] = new ChannelAnswer(stream, next, reader.ReadText() is { Length: > 0 } refusal ? refusal : null);
        }

        return reader.IsComplete ? new Answer(term, channels) : null;
    }
}
