using System.Text.RegularExpressions;

namespace Rx.PgNotify.Documentation.IntegrationTests.Pages;

/// <summary>Each row of docs/compatibility.md names tests that exist, or says that it was not tried.</summary>
public sealed partial class CompatibilityPageTests
{
    [Test]
    public void EachTestThatARowNames_Exists()
    {
        var named = Rows().SelectMany(row => Name().Matches(row[^1])).Select(name => name.Value.Trim('`')).ToList();
        Assert.That(named, Is.Not.Empty);
        Assert.That(named.Where(name => !Tests().Contains(name)), Is.Empty);
    }

    [Test]
    public void ARowWithoutATest_SaysThatItWasNotTried()
    {
        var untested = Rows().Where(row => !Name().IsMatch(row[^1]) && row[^1] != "all tests" && !IsHonest(row[1])).ToList();
        var open = untested.Where(row => row[^1].StartsWith("TODO", StringComparison.Ordinal)).ToList();
        Warn.Unless(open.Select(row => row[0]), Is.Empty, "without a test so far");
        Assert.That(untested.Except(open).Select(row => row[0]), Is.Empty);

        static bool IsHonest(string verdict) =>
            verdict.Contains("*not tried*", StringComparison.Ordinal) || verdict.Contains("does not work", StringComparison.Ordinal);
    }

    static IEnumerable<string[]> Rows() => File.ReadLines(Path.Combine(RepositoryFolder.Path, "docs", "compatibility.md"))
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
        .Skip(1)
        .Select(line => line[1..^1].Split('|', StringSplitOptions.TrimEntries));

    /// <summary>The tests of all projects, as <c>Class.Method</c>: a file is named like its class.</summary>
    static HashSet<string> Tests() =>
    [
        .. from file in Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "tests"), "*Tests.cs", SearchOption.AllDirectories)
           from test in Test().Matches(File.ReadAllText(file))
           select $"{Path.GetFileNameWithoutExtension(file)}.{test.Groups["name"].Value}"
    ];

    [GeneratedRegex(@"`\w+Tests\.\w+`", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Name();

    // Attributes of the test, then the method.
    [GeneratedRegex(@"\[Test.*\]\s+public (async )?(Task|void) (?<name>\w+)\(", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Test();
}
