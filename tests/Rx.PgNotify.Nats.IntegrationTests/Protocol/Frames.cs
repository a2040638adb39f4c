using System.Buffers.Binary;
using System.Text;

namespace Rx.PgNotify.Nats.IntegrationTests.Protocol;

/// <summary>
/// Messages between bridge and receivers, written byte by byte as the protocol says, so that a test can send what no bridge would.
/// </summary>
static class Frames
{
    const byte Version = 1;

    public static byte[] Notifications(Term term, long stream, long first, params string[] payloads) =>
        Counted(term, stream, first, payloads.Length, payloads);

    /// <summary>As <see cref="Notifications"/>, but it says that it has another number of them.</summary>
    public static byte[] Counted(Term term, long stream, long first, int count, params string[] payloads)
    {
        var bytes = Begin(1, term);
        Int64(bytes, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Int64(bytes, stream);
        Int64(bytes, first);
        Number(bytes, (ulong)count);
        foreach (var payload in payloads)
        {
            Number(bytes, 4711); // the process id
            Text(bytes, payload);
        }

        return [.. bytes];
    }

    public static byte[] Beat(Term term, long stream, long next) => Notifications(term, stream, next);

    public static byte[] Announcement(Term term) => [.. Begin(2, term)];

    /// <summary>Answers for each channel that was asked for.</summary>
    public static byte[] Answer(Term term, int channels, long stream, long next, string refusal = "")
    {
        var bytes = Begin(3, term);
        Number(bytes, (ulong)channels);
        for (var i = 0; i < channels; i++)
        {
            Int64(bytes, stream);
            Int64(bytes, next);
            Text(bytes, refusal);
        }

        return [.. bytes];
    }

    /// <summary>What a bridge that is asked for its status says.</summary>
    public static byte[] StatusAnswer(string state)
    {
        List<byte> bytes = [Version, 4];
        Text(bytes, state);
        return [.. bytes];
    }

    /// <summary>How many channels a receiver asks for.</summary>
    public static int CountAsked(ReadOnlySpan<byte> ask)
    {
        Assert.That(ask[..2].ToArray(), Is.EqualTo(new byte[] { Version, 5 }));
        var (count, shift, at) = (0, 0, 2);
        do
        {
            count |= (ask[at] & 0x7F) << shift;
            shift += 7;
        }
        while (ask[at++] >= 0x80);
        return count;
    }

    static List<byte> Begin(byte kind, Term term)
    {
        List<byte> bytes = [Version, kind];
        Int64(bytes, term.Order);
        Int64(bytes, term.Id);
        Number(bytes, (ulong)term.Heartbeat.TotalMilliseconds);
        return bytes;
    }

    static void Int64(List<byte> bytes, long value)
    {
        var buffer = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(buffer, value);
        bytes.AddRange(buffer);
    }

    static void Number(List<byte> bytes, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }

    static void Text(List<byte> bytes, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Number(bytes, (ulong)utf8.Length);
        bytes.AddRange(utf8);
    }
}
