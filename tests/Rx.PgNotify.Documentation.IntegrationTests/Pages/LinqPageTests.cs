namespace Rx.PgNotify.Documentation.IntegrationTests.Pages;

/// <summary>The queries of docs/linq.md are the ones of the test classes that try them, line by line.</summary>
[Parallelizable(ParallelScope.All)]
public class LinqPageTests
{
    static readonly string s_page = Path.Combine("docs", "linq.md");

    [TestCaseSource(nameof(Queries))]
    public void AQueryOfThePage_IsTheOneThatIsTested(Snippet query) =>
        Assert.That(TestSources().Count(source => source.Contains(Body(query), StringComparison.Ordinal)), Is.EqualTo(1), Body(query));

    [Test]
    public void EveryTestedQuery_IsOnThePage()
    {
        var queries = Queries().Select(Body).ToList();
        Assert.That(queries, Has.Count.GreaterThanOrEqualTo(12));
        Assert.That(TestSources().Where(source => !queries.Exists(query => source.Contains(query, StringComparison.Ordinal))), Is.Empty);
    }

    [Test]
    public void TheExampleAtTheTop_UsesAQueryOfThePage()
    {
        var example = Lines(Snippet.All().First(snippet => snippet.Page == s_page).Code);
        Assert.That(Queries().Count(query => example.EndsWith(Body(query), StringComparison.Ordinal)), Is.EqualTo(1));
    }

    // The first block of the page is the example.
    static IEnumerable<Snippet> Queries() => Snippet.All().Where(snippet => snippet.Page == s_page).Skip(1);

    static string Body(Snippet query) => Lines(query.Code[query.Code.IndexOf("static ", StringComparison.Ordinal)..]);

    static string Lines(string code) => string.Join('\n', code.Split('\n').Select(line => line.Trim()));

    static IEnumerable<string> TestSources() =>
        Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "tests", "Rx.PgNotify.IntegrationTests", "Linq"), "*Tests.cs")
            .Where(path => Path.GetFileNameWithoutExtension(path) != nameof(LinqPageTests))
            .Select(path => Lines(File.ReadAllText(path)));
}
