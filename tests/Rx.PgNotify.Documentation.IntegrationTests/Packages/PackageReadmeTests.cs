namespace Rx.PgNotify.Documentation.IntegrationTests.Packages;

[Parallelizable(ParallelScope.All)]
public sealed class PackageReadmeTests
{
    [Test]
    public void Readme_OfAPackage_HasNoLinkIntoTheRepository()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "src"), "README.md", SearchOption.AllDirectories).ToList();

        Assert.That(pages, Is.Not.Empty);
        foreach (var page in pages)
            Assert.That(File.ReadAllText(page), Does.Not.Match(@"\]\((?!https://|#)"), page);
    }

    [TestCaseSource(typeof(PackableLibrary), nameof(PackableLibrary.All))]
    public void Documentation_OfALibrary_NamesNoFileThatIsNotInThePackage(PackableLibrary library)
    {
        ArgumentNullException.ThrowIfNull(library);
        Assert.That(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"{library.Name}.xml")), Does.Not.Contain(".md"));
    }
}
