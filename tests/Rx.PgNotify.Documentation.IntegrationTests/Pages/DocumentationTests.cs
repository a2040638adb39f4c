using System.Text.RegularExpressions;

namespace Rx.PgNotify.Documentation.IntegrationTests.Pages;

[Parallelizable(ParallelScope.All)]
public partial class DocumentationTests
{
    [LongTest]
    [TestCaseSource(typeof(Snippet), nameof(Snippet.All))]
    public void EverySnippet_Compiles(Snippet snippet) => Assert.That(snippet.Compile().Errors, Is.Empty);

    [TestCaseSource(typeof(Snippet), nameof(Snippet.All))]
    public async Task NoSnippet_IsWhatThePackageWarnsOf(Snippet snippet) => Assert.That(await snippet.WarningsAsync(), Is.Empty);

    [Test, NonParallelizable]
    public async Task TheFirstProgramOfTheReadme_Runs()
    {
        var (assembly, errors) = Snippet.All().First(snippet => snippet.Code.Contains("args[0]", StringComparison.Ordinal)).Compile();
        Assert.That(errors, Is.Empty);
        using var output = new StringWriter();
        var console = Console.Out;
        Console.SetOut(TextWriter.Synchronized(output));
        try
        {
            // The entry point of a program with awaits waits for its end by itself: a thread of its own, not ours.
            await Task.Run(() => assembly!.EntryPoint!.Invoke(null, [new[] { TestServer.ConnectionString }]));
        }
        finally
        {
            Console.SetOut(console);
        }

        Assert.That(output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(
            new[] { "1 changes, the last one 42 was paid" }));
    }

    [Test]
    public void EveryRelativeLink_LeadsToAFileOfTheRepository()
    {
        var pages = Directory.EnumerateFiles(RepositoryFolder.Path, "*.md", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        var broken =
            from page in pages
            from link in Link().Matches(File.ReadAllText(page))
            let target = link.Groups["target"].Value
            where !target.Contains(':', StringComparison.Ordinal) && !target.StartsWith('#')
            where !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, target.Split('#')[0]))
            select $"{Path.GetRelativePath(RepositoryFolder.Path, page)}: {target}";
        Assert.That(broken, Is.Empty);
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Link();
}
