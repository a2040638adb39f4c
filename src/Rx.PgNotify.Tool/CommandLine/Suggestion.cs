namespace Rx.PgNotify.Tool.CommandLine;

/// <summary>What a misspelt word was probably meant to be.</summary>
/// <remarks>
/// System.CommandLine has suggestions too, but repeats the word, which may hold a password, and knows none for an option that it
/// takes for an argument.
/// </remarks>
static class Suggestion
{
    const int LeastBeginning = 3;

    /// <returns>The word that begins so, or the nearest one within a third of the letters; <see langword="null"/> if there is none.</returns>
    internal static string? For(string misspelt, IEnumerable<string> words) => words
        .Select(word => (Word: word, Distance: IsBeginning(misspelt, word) ? 0 : Distance(misspelt, word)))
        .Where(candidate => candidate.Distance <= Math.Max(1, misspelt.Length / 3))
        .OrderBy(candidate => candidate.Distance)
        .ThenBy(candidate => candidate.Word, StringComparer.Ordinal)
        .FirstOrDefault().Word;

    static bool IsBeginning(string misspelt, string word) =>
        misspelt.TrimStart('-').Length >= LeastBeginning && word.StartsWith(misspelt, StringComparison.Ordinal);

    /// <summary>How many letters have to be put in, left out, replaced, or swapped with their neighbour.</summary>
    static int Distance(string from, string to)
    {
        var rows = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var replaced = rows[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replaced, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[from.Length, to.Length];
    }
}
