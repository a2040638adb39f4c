using System.Text.RegularExpressions;

namespace Rx.PgNotify.Tool.Top;

/// <summary>What the text of a session's last statement says of listening and notifying.</summary>
/// <param name="Listens">Whether it listened with it, or is a listener of this library.</param>
/// <param name="UnlistensAll">Whether it ended all listening with it.</param>
/// <param name="Notifies">Whether it notified with it, or is an idle notifier of this library.</param>
/// <param name="Listened">The channels it listened to with it.</param>
/// <param name="Unlistened">The channels it ended listening to with it.</param>
/// <param name="Notified">The channels it notified with it, where they can be read from it.</param>
sealed partial record StatementFacts(
    bool Listens, bool UnlistensAll, bool Notifies, IReadOnlyList<string> Listened, IReadOnlyList<string> Unlistened, IReadOnlyList<string> Notified)
{
    // Longer than any statement that the server shows in full takes.
    const int LongestMatch = 1_000;

    internal static StatementFacts Of(string query)
    {
        var text = query.TrimStart();
        var isNotifier = text.StartsWith("/* Rx.PgNotify sends */", StringComparison.Ordinal);
        var isListener = !isNotifier && text.StartsWith("/* Rx.PgNotify", StringComparison.Ordinal);
        var statements = Comment().Replace(text, " ");
        var (listened, notified) = (Names(Listen(), statements), Names(Notify(), statements));
        return new StatementFacts(
            isListener || listened.Length > 0,
            UnlistenAll().IsMatch(statements),
            isNotifier || notified.Length > 0,
            listened,
            Names(Unlisten(), statements),
            [.. notified.Where(name => name.Length > 0)]);
    }

    static string[] Names(Regex statement, string text) =>
        [.. statement.Matches(text).Select(match => Unquoted(match.Groups["name"].Value)).Distinct(StringComparer.Ordinal)];

    // As PostgreSQL reads it: without quotes in lower case.
    static string Unquoted(string name) => name switch
    {
        ['"', .., '"'] => name[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal),
        ['\'', .., '\''] => name[1..^1].Replace("''", "'", StringComparison.Ordinal),
        _ => name.ToLowerInvariant(),
    };

    [GeneratedRegex("""--[^\n]*|/\*.*?\*/""", RegexOptions.Singleline, LongestMatch)]
    private static partial Regex Comment();

    [GeneratedRegex("""(?:^|;)\s*LISTEN\s+(?<name>"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, LongestMatch)]
    private static partial Regex Listen();

    [GeneratedRegex("""(?:^|;)\s*UNLISTEN\s+(?<name>"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, LongestMatch)]
    private static partial Regex Unlisten();

    [GeneratedRegex("""(?:^|;)\s*(?:UNLISTEN\s+\*|DISCARD\s+ALL)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, LongestMatch)]
    private static partial Regex UnlistenAll();

    // The name of the function's channel may be a parameter.
    [GeneratedRegex(
        """(?:^|;)\s*NOTIFY\s+(?<name>"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)|\bpg_notify\s*\(\s*(?<name>'(?:[^']|'')+')?""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, LongestMatch)]
    private static partial Regex Notify();
}
