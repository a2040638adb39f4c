using Rx.PgNotify.TestFixtures;

namespace Rx.PgNotify.Analyzers.Tests;

/// <summary>What is true of every rule.</summary>
public class RulesTests
{
    [Test]
    public void EachRule_HasASectionOnThePage()
    {
        var page = File.ReadAllLines(Path.Combine(RepositoryFolder.Path, "docs", "analyzers.md"));

        Assert.That(UserProgram.Rules, Is.Not.Empty);
        foreach (var rule in UserProgram.Rules)
            Assert.That(page, Does.Contain($"## {rule.Id}"), rule.Id);
    }

    [TestCase("https://example.org/shop/rx-pgnotify", "https://example.org/shop/rx-pgnotify/blob/main/docs/analyzers.md#pgn0001")]
    [TestCase("https://example.org/shop/rx-pgnotify.git", "https://example.org/shop/rx-pgnotify/blob/main/docs/analyzers.md#pgn0001")]
    [TestCase("", null)]
    [TestCase(null, null)]
    public void AHelpLink_LeadsThereInTheRepositoryThatTheBuildWasGiven(string? repository, string? link) =>
        Assert.That(HelpPage.In(repository, "PGN0001"), Is.EqualTo(link));
}
