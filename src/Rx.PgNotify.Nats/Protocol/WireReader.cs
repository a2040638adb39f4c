using System.Buffers.Binary;
using System.Text;

namespace Rx.PgNotify.Nats.Protocol;

/// <summary>
/// Reads a message's fields, which anybody may have written: what is not there reads as 0, and <see cref="IsComplete"/> says so in the
/// end.
/// </summary>
ref struct WireReader(ReadOnlySpan<byte> input)
{
    ReadOnlySpan<byte> _rest = input;
    bool _hasFailed;

    /// <summary>Whether all that was read was there, and nothing is left.</summary>
    internal readonly bool IsComplete => !_hasFailed && _rest.IsEmpty;

    internal readonly bool HasFailed => _hasFailed;

    internal byte ReadByte() => Take(1) is [var value] ? value : (byte)0;

    internal long ReadInt64() => Take(sizeof(long)) is { Length: sizeof(long) } bytes ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;

    internal ulong ReadCount()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64 && !_hasFailed; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        _hasFailed = true;
        return 0;
    }

    /// <summary>A count of things of which each takes a byte at the least: more than there are bytes left can't be.</summary>
    internal int ReadCountOfWhatFollows()
    {
        var count = ReadCount();
        if (count <= (ulong)_rest.Length)
            return (int)count;
        _hasFailed = true;
        return 0;
    }

    internal string ReadText() => Encoding.UTF8.GetString(Take(ReadCountOfWhatFollows()));

    internal Epoch ReadEpoch() => new(ReadInt64(), ReadInt64());

    ReadOnlySpan<byte> Take(int count)
    {
        if (_hasFailed || count > _rest.Length)
        {
            _hasFailed = true;
            return [];
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
