using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Sending;

/// <summary>What PostgreSQL accepts as a payload: a text of at most 7,999 bytes.</summary>
static class PayloadText
{
    internal const int MaxBytes = 7_999;

    /// <summary>Throws unless <paramref name="payload"/> can be a payload; <see langword="null"/> is an empty one.</summary>
    /// <remarks>
    /// The server counts in the encoding of its database. Where that is another one than UTF-8 and needs more bytes, the
    /// server refuses what passes here.
    /// </remarks>
    internal static void Validate(string? payload, string parameterName)
    {
        if (payload is null)
            return;
        if (payload.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A payload can't contain the character NUL (U+0000).", parameterName);
        var bytes = SqlText.CountBytes(payload, "A payload", parameterName);
        if (bytes > MaxBytes)
            throw new ArgumentException($"A payload has at most {MaxBytes} bytes of UTF-8; this one has {bytes}.", parameterName);
    }
}
