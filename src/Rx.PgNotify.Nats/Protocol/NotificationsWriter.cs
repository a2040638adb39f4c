using System.Buffers;

namespace Rx.PgNotify.Nats.Protocol;

/// <summary>Gathers the notifications of a channel into messages.</summary>
/// <remarks>Not thread-safe. What <see cref="Take"/> returned is valid until the next call.</remarks>
sealed class NotificationsWriter
{
    // A process id and a payload, of less than 8,000 bytes in the server's encoding: in UTF-8 up to three times as many.
    internal const int MostBytesOfOne = (3 * 8_000) + 16;

    readonly ArrayBufferWriter<byte> _entries = new();
    readonly ArrayBufferWriter<byte> _message = new();

    internal int Count { get; private set; }

    internal int Bytes => _entries.WrittenCount;

    internal void Add(in Notification notification)
    {
        var writer = new WireWriter(_entries);
        writer.WriteCount((uint)notification.ProcessId);
        writer.WriteText(notification.Payload);
        Count++;
    }

    /// <summary>The message of all that was added; a beat if nothing was.</summary>
    internal ReadOnlyMemory<byte> Take(BridgeTerm term, long stream, long first)
    {
        _message.ResetWrittenCount();
        new NotificationsHeader(term, WallClock.Now, stream, first, Count).Write(new WireWriter(_message));
        _message.Write(_entries.WrittenSpan);
        _entries.ResetWrittenCount();
        Count = 0;
        return _message.WrittenMemory;
    }

    /// <summary>Reads what <see cref="Add"/> wrote.</summary>
    internal static Notification ReadOne(ref WireReader reader, string channel)
    {
        var processId = unchecked((int)reader.ReadCount());
        return new Notification(channel, reader.ReadText(), processId);
    }
}
