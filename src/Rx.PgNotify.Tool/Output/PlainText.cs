using System.Globalization;
using System.Text;

namespace Rx.PgNotify.Tool.Output;

/// <summary>Text of others, made safe to show: it stays on its line and can't drive the terminal.</summary>
static class PlainText
{
    /// <summary>
    /// Writes control characters, line separators and marks that change the writing direction as <c>\u001B</c>. A
    /// backslash stays as it is: this form is for reading, JSON is the exact one.
    /// </summary>
    internal static string Escape(string text)
    {
        if (!text.Any(IsUnsafe))
            return text;
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsUnsafe(c))
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }

    /// <summary>Joins the lines of a message.</summary>
    internal static string OneLine(string message) =>
        Escape(string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

    static bool IsUnsafe(char c) => char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || IsDirectionMark(c);

    static bool IsDirectionMark(char c) => c is '\u061C' or (>= '\u200E' and <= '\u200F') or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
