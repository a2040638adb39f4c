using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>JSON of others that goes into a line as it is.</summary>
static class JsonText
{
    /// <summary>The value without blanks, safe for a terminal; what is escaped in its strings stays as it is.</summary>
    /// <remarks>
    /// <see cref="JsonElement.WriteTo(Utf8JsonWriter)"/> reads the strings, and fails at half a surrogate pair, which a column of
    /// PostgreSQL's json may hold, and below 1,000 levels.
    /// </remarks>
    internal static string OnOneLine(JsonElement value)
    {
        var line = new StringBuilder();
        var isInString = false;
        for (var rest = value.GetRawText().AsSpan(); !rest.IsEmpty;)
        {
            var length = rest[0] switch
            {
                '"' => 1,
                '\\' => 2,
                _ => rest.IndexOfAny('"', '\\') is > 0 and var end ? end : rest.Length,
            };
            var piece = rest[..length];
            if (rest[0] is '"' or '\\')
                line.Append(piece);
            else if (isInString)
                line.Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(piece.ToString()));
            else
                AppendWithoutBlanks(line, piece);
            isInString ^= rest[0] is '"';
            rest = rest[length..];
        }

        return line.ToString();
    }

    static void AppendWithoutBlanks(StringBuilder line, ReadOnlySpan<char> tokens)
    {
        foreach (var c in tokens)
        {
            if (!char.IsWhiteSpace(c))
                line.Append(c);
        }
    }
}
