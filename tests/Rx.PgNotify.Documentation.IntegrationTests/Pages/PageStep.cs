using System.Text.RegularExpressions;

namespace Rx.PgNotify.Documentation.IntegrationTests.Pages;

/// <summary>A fenced block of a page that tells its reader what to do.</summary>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="File">The file that the paragraph before it names as the one to fill; null if it names none.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="Lines">What is in it.</param>
sealed partial record PageStep(string Language, string? File, int Line, IReadOnlyList<string> Lines)
{
    const string Fence = "```";

    internal static IEnumerable<PageStep> Of(string page)
    {
        var lines = System.IO.File.ReadAllLines(Path.Combine(RepositoryFolder.Path, "docs", page));
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Fence, StringComparison.Ordinal))
                continue;
            var contents = lines.Skip(i + 1).TakeWhile(line => line != Fence).ToList();
            var before = lines.Take(i).LastOrDefault(line => line.Length > 0) ?? "";
            var file = FileToFill().Match(before);
            yield return new PageStep(lines[i][Fence.Length..], file.Success ? file.Groups["file"].Value : null, i + 1, contents);
            i += contents.Count + 1;
        }
    }

    /// <summary>The words of a command line, in which double quotes hold together.</summary>
    internal static string[] Words(string command) => [.. Word().Matches(command).Select(word => word.Value.Trim('"'))];

    [GeneratedRegex("`(?<file>[a-z]+/[A-Za-z]+\\.cs)`:$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex FileToFill();

    [GeneratedRegex("\"[^\"]*\"|\\S+", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Word();
}
