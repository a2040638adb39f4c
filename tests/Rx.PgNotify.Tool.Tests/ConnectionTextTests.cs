using System.Collections;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Connections;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
sealed class ConnectionTextTests
{
    static readonly Hashtable s_nothing = [];

    [TestCase("Host=h;Colour=x", "the keyword colour is not known")]
    [TestCase("Host=h;Port=hunter2", "the keyword port has a value that is not accepted")]
    [TestCase("Host=h;Password=x;Timeout=hunter2", "the keyword timeout has a value that is not accepted")]
    [TestCase("Host=h;Password=abc;hunter2=x", "a password with ';' in it has to stand in quotes")]
    [TestCase("Host=h;Password=abc;hunter2", "neither")]
    [TestCase("hunter2", "neither")]
    [TestCase("", "names no Host")]
    public void Read_OfBrokenKeywords_NamesTheKeywordAndNoValue(string text, string reason)
    {
        var exception = Assert.Throws<UsageException>(() => ConnectionText.Read(text, s_nothing))!;

        Assert.That(exception.Message, Does.StartWith("--connection: ").And.Contains(reason).And.Not.Contains("hunter2"));
    }

    [TestCase("Host=h", ExpectedResult = "pgnotify")]
    [TestCase("postgres://h", ExpectedResult = "pgnotify")]
    [TestCase("Host=h;Application Name=mine", ExpectedResult = "mine")]
    [TestCase("postgres://h?application_name=mine", ExpectedResult = "mine")]
    public string? Read_OfAnyForm_NamesTheApplication(string text) => ConnectionText.Read(text, s_nothing).ApplicationName;
}
