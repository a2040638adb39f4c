using System.Runtime.CompilerServices;
using System.Text;

namespace Rx.PgNotify.Tool.Sending;

/// <summary>Cuts a stream into lines at LF or CR LF.</summary>
/// <remarks>
/// Unlike a <see cref="StreamReader"/> it keeps no more of a line than the limit, sees which line is not UTF-8, and does
/// not take a lone CR for the end of a line.
/// </remarks>
static class InputLines
{
    static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static async IAsyncEnumerable<InputLine> ReadAsync(
        Stream input, int maxBytes, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var buffer = new byte[65_536];
        var line = new LineBuffer(maxBytes);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var reading = input.ReadAsync(buffer, CancellationToken.None).AsTask();
            try
            {
                // Reading a terminal or a pipe can't be cancelled; the wait for it can.
                await reading.WaitAsync(cancellation);
            }
            catch (OperationCanceledException) when (reading.IsCompletedSuccessfully)
            {
            }

            var read = await reading;
            if (read == 0)
                break;
            for (var rest = buffer.AsMemory(0, read); !rest.IsEmpty;)
            {
                var end = rest.Span.IndexOf((byte)'\n');
                line.Append(rest.Span[..(end < 0 ? rest.Length : end)]);
                if (end < 0)
                    break;
                yield return line.Take();
                rest = rest[(end + 1)..];
            }
        }

        if (!line.IsEmpty)
            yield return line.Take();
    }

    sealed class LineBuffer(int maxBytes)
    {
        // One byte more than the limit: a CR that turns out to end the line.
        readonly byte[] _kept = new byte[maxBytes + 1];
        long _number;
        long _bytes;
        bool _endsWithCr;

        internal bool IsEmpty => _bytes == 0;

        internal void Append(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty)
                return;
            if (_bytes < _kept.Length)
                bytes[..(int)Math.Min(bytes.Length, _kept.Length - _bytes)].CopyTo(_kept.AsSpan((int)_bytes));
            _bytes += bytes.Length;
            _endsWithCr = bytes[^1] == '\r';
        }

        internal InputLine Take()
        {
            var bytes = _endsWithCr ? _bytes - 1 : _bytes;
            (_bytes, _endsWithCr) = (0, false);
            return new InputLine(++_number, bytes, bytes <= maxBytes ? Decode(_kept.AsSpan(0, (int)bytes)) : null);
        }

        static string? Decode(ReadOnlySpan<byte> bytes)
        {
            try
            {
                return s_strictUtf8.GetString(bytes);
            }
            catch (DecoderFallbackException)
            {
                return null;
            }
        }
    }
}
