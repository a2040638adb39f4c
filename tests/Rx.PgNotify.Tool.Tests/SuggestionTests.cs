using Rx.PgNotify.Tool.CommandLine;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
sealed class SuggestionTests
{
    static readonly string[] s_words = ["listen", "send", "trigger", "doctor", "demo", "--count", "--coalesce", "--connection", "--format"];

    [TestCase("lsiten", ExpectedResult = "listen")]
    [TestCase("lisen", ExpectedResult = "listen")]
    [TestCase("listens", ExpectedResult = "listen")]
    [TestCase("sned", ExpectedResult = "send")]
    [TestCase("doc", ExpectedResult = "doctor")]
    [TestCase("--conn", ExpectedResult = "--connection")]
    [TestCase("--conection", ExpectedResult = "--connection")]
    [TestCase("--fromat", ExpectedResult = "--format")]
    [TestCase("--cuont", ExpectedResult = "--count")]
    [TestCase("publish", ExpectedResult = null)]
    [TestCase("--payload", ExpectedResult = null)]
    [TestCase("x", ExpectedResult = null)]
    [TestCase("", ExpectedResult = null)]
    public string? For_AWord_IsTheNearestOne(string word) => Suggestion.For(word, s_words);
}
