using System.Globalization;

namespace Rx.PgNotify;

/// <summary>Names and texts within SQL that is written rather than executed with parameters.</summary>
static class SqlText
{
    /// <summary>Throws unless a name can be an identifier: the server would silently cut a longer one.</summary>
    internal static void ValidateName(string name, string whatItIs, string parameterName)
    {
        ArgumentNullException.ThrowIfNull(name, parameterName);
        if (name.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException($"{whatItIs} can't contain the character NUL (U+0000).", parameterName);
        var bytes = ChannelName.CountBytes(name, whatItIs, parameterName);
        if (bytes is 0 or > ChannelName.MaxBytes)
            throw new ArgumentException($"{whatItIs} has 1 to {ChannelName.MaxBytes} bytes of UTF-8; this one has {bytes}.", parameterName);
    }

    internal static string Identifier(string name) => ChannelName.Quote(name);

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
