using System.Text;

namespace Rx.PgNotify.Tool.Executing;

/// <summary>Cuts a command into words, by the rules that a shell has for quotes and for nothing else.</summary>
/// <remarks>
/// System.CommandLine cuts such texts too, but knows no single quotes, and a quote within double ones can't be written.
/// </remarks>
static class CommandWords
{
    /// <summary>
    /// Blanks part words. Single quotes keep everything between them as it is; double quotes too, but for <c>\"</c> and
    /// <c>\\</c>. Outside of quotes a backslash keeps the character after it, except on Windows, where paths are full of them.
    /// </summary>
    /// <exception cref="FormatException">A quote is not closed; the message is a whole sentence.</exception>
    internal static string[] Split(string command)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        for (var i = 0; i < command.Length; i++)
        {
            var c = command[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
                continue;
            }

            word ??= new StringBuilder();
            if (c == quote)
                quote = '\0';
            else if (quote == '\0' && c is '\'' or '"')
                quote = c;
            else if (c == '\\' && i + 1 < command.Length && IsEscape(quote, command[i + 1]))
                word.Append(command[++i]);
            else
                word.Append(c);
        }

        if (quote != '\0')
            throw new FormatException($"a {quote} is not closed.");
        if (word is not null)
            words.Add(word.ToString());
        return [.. words];
    }

    static bool IsEscape(char quote, char next) => quote switch
    {
        '"' => next is '"' or '\\',
        '\'' => false,
        _ => !OperatingSystem.IsWindows(),
    };
}
