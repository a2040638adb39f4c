using System.Globalization;
using System.Text;

namespace Rx.PgNotify.Analyzers;

/// <summary>What PostgreSQL takes as a name and as a payload: the library checks the same when it is called.</summary>
static class Utf8Limit
{
    const int NameBytes = 63;
    const int PayloadBytes = 7_999;

    static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>What is wrong with a name, as the end of a sentence; <see langword="null"/> for nothing.</returns>
    internal static string? OfName(string text) =>
        text.Length == 0 ? "has 1 to 63 bytes of UTF-8, and this one is empty" : Of(text, NameBytes, "has 1 to 63");

    /// <returns>What is wrong with a payload, as the end of a sentence; <see langword="null"/> for nothing.</returns>
    internal static string? OfPayload(string text) => Of(text, PayloadBytes, "has at most 7,999");

    static string? Of(string text, int limit, string range)
    {
        if (text.IndexOf('\0') >= 0)
            return "can't contain the character NUL (U+0000)";
        try
        {
            var bytes = s_strict.GetByteCount(text);
            return bytes <= limit
                ? null
                : string.Format(CultureInfo.InvariantCulture, "{0} bytes of UTF-8, and this one has {1:N0}", range, bytes);
        }
        catch (EncoderFallbackException)
        {
            return "can't contain half of a surrogate pair: it has no UTF-8 form";
        }
    }
}
