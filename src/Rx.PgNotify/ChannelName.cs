using System.Text;

namespace Rx.PgNotify;

/// <summary>What PostgreSQL accepts as a channel: an identifier of 1 to 63 bytes (NAMEDATALEN − 1).</summary>
static class ChannelName
{
    internal const int MaxBytes = 63;

    static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Throws unless <paramref name="name"/> can be a channel.</summary>
    /// <remarks>
    /// Bytes, not characters, are counted: the server silently cuts a longer name, so that LISTEN and pg_notify would
    /// mean different channels.
    /// </remarks>
    internal static void Validate(string name, string parameterName)
    {
        ArgumentNullException.ThrowIfNull(name, parameterName);
        if (name.Length == 0)
            throw new ArgumentException($"A channel name has 1 to {MaxBytes} bytes of UTF-8; this one is empty.", parameterName);
        if (name.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A channel name can't contain the character NUL (U+0000).", parameterName);
        var bytes = CountBytes(name, "A channel name", parameterName);
        if (bytes > MaxBytes)
            throw new ArgumentException($"A channel name has 1 to {MaxBytes} bytes of UTF-8; this one has {bytes}.", parameterName);
    }

    /// <summary>The bytes of a text in UTF-8; throws if it has no such form.</summary>
    internal static int CountBytes(string text, string whatItIs, string parameterName)
    {
        try
        {
            return s_strictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            // Not the cause: it quotes the character.
#pragma warning disable MA0054
            throw new ArgumentException($"{whatItIs} can't contain half of a surrogate pair: it has no UTF-8 form.", parameterName);
#pragma warning restore MA0054
        }
    }

    /// <summary>The name as a quoted identifier, safe in any statement.</summary>
    internal static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
