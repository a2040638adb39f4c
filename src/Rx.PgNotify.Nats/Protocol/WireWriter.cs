using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Rx.PgNotify.Nats.Protocol;

/// <summary>Writes a message's fields. Whole numbers are little-endian, or LEB128 where they are mostly small.</summary>
readonly struct WireWriter(IBufferWriter<byte> output)
{
    internal void WriteByte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    internal void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }

    internal void WriteCount(ulong value)
    {
        while (value >= 0x80)
        {
            WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        WriteByte((byte)value);
    }

    internal void WriteText(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        WriteCount((ulong)length);
        output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(length)));
    }

    internal void WriteEpoch(Epoch epoch)
    {
        WriteInt64(epoch.Order);
        WriteInt64(epoch.Id);
    }
}
