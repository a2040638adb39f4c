using System.Globalization;
using System.Text;

namespace Rx.PgNotify.Sql;

/// <summary>Texts within SQL that is written, where no parameters are possible.</summary>
static class SqlText
{
    static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

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

    /// <summary>A string constant that reads the same whatever <c>standard_conforming_strings</c> says.</summary>
    internal static string Literal(string text)
    {
        var quoted = text.Replace("'", "''", StringComparison.Ordinal);
        return quoted.Contains('\\', StringComparison.Ordinal)
            ? $"E'{quoted.Replace("\\", "\\\\", StringComparison.Ordinal)}'"
            : $"'{quoted}'";
    }

    internal static string Array(IEnumerable<string> texts) => $"ARRAY[{string.Join(", ", texts.Select(Literal))}]::text[]";

    /// <summary>A text between two marks of dollar quotes, or a mark to be replaced, that none of the names contains.</summary>
    internal static string Mark(string label, IEnumerable<string> names)
    {
        var taken = names.ToArray();
        var mark = $"${label}$";
        for (var number = 1; taken.Any(name => name.Contains(mark, StringComparison.Ordinal)); number++)
            mark = string.Create(CultureInfo.InvariantCulture, $"${label}{number}$");
        return mark;
    }
}
