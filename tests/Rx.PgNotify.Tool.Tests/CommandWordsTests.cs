using Rx.PgNotify.Tool.Executing;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
sealed class CommandWordsTests
{
    [TestCase("", "")]
    [TestCase("  \t ", "")]
    [TestCase("one", "one")]
    [TestCase("  one   two\tthree ", "one|two|three")]
    [TestCase("'one two' \"three four\"", "one two|three four")]
    [TestCase("a'b c'\"d e\"f", "ab cd ef")]
    [TestCase("'' \"\"", "|")]
    [TestCase("\"it's\" 'say \"x\"'", "it's|say \"x\"")]
    [TestCase("\"\\\"x\\\" \\\\ \\n $y\"", "\"x\" \\ \\n $y")]
    [TestCase("'\\x \\'", "\\x \\")]
    [TestCase("a;b && c | d > e $F `g` *", "a;b|&&|c|||d|>|e|$F|`g`|*")]
    public void Split_FollowsTheQuotes(string command, string words) =>
        Assert.That(string.Join('|', CommandWords.Split(command)), Is.EqualTo(words));

    [Test]
    [Platform(Exclude = "Win", Reason = "paths")]
    public void Split_OutsideOfQuotes_TakesTheCharacterAfterABackslash() =>
        Assert.That(CommandWords.Split(@"a\ b \'c \\ \"), Is.EqualTo(new[] { "a b", "'c", @"\", @"\" }));

    [TestCase("it's")]
    [TestCase("say \"x")]
    public void Split_OfAnOpenQuote_IsRefused(string command) =>
        Assert.That(() => CommandWords.Split(command), Throws.TypeOf<FormatException>().With.Message.EndsWith("is not closed."));
}
