using System.Globalization;
using Microsoft.CodeAnalysis.CSharp;

namespace Rx.PgNotify.Analyzers.Tests;

/// <summary>PGN0004 and PGN0005.</summary>
[Parallelizable(ParallelScope.All)]
public class LimitTests
{
    [TestCase("listener.Channel(\"\");", "'Channel' throws: a channel name has 1 to 63 bytes of UTF-8, and this one is empty")]
    [TestCase("listener.Channel(\"a\\0\");", "'Channel' throws: a channel name can't contain the character NUL (U+0000)")]
    [TestCase("listener.Channel(\"\\uD800\");", "'Channel' throws: a channel name can't contain half of a surrogate pair: it has no UTF-8 form")]
    public async Task AConstant_ThatCannotBeAName_IsReported(string statement, string message) =>
        Assert.That(await MessageAsync(statement), Is.EqualTo(message));

    [TestCase("listener.Channel({0});")]
    [TestCase("const string name = {0}; listener.Channel(name);")]
    [TestCase("const string half = {0}; listener.Channel(half + \"\");")]
    [TestCase("await database.NotifyAsync({0});")]
    [TestCase("await database.NotifyAsync(payload: \"1\", channel: {0});")]
    [TestCase("await new PgNotifier(database).NotifyAsync({0}, \"1\");")]
    [TestCase("await new PgNotifier(database).EnqueueAsync({0}, \"1\");")]
    [TestCase("new NpgsqlBatch().AddNotify({0});")]
    [TestCase("await Observable.Return(\"1\").NotifyToAsync(new PgNotifier(database), {0});")]
    [TestCase("new TableTrigger(\"orders\", {0});")]
    public async Task AName_IsReported_FromTheFirstByteTooMuch(string format)
    {
        foreach (var longest in new[] { new string('a', 63), new string('é', 31) + "a" })
        {
            Assert.That(await UserProgram.With(Format(format, longest)).FindingsAsync(), Is.Empty);
            Assert.That(
                await MessageAsync(Format(format, longest + "a")),
                Does.EndWith("throws: a channel name has 1 to 63 bytes of UTF-8, and this one has 64"));
        }
    }

    [TestCase("await database.NotifyAsync(\"a\", {0});")]
    [TestCase("await new PgNotifier(database).NotifyAsync(\"a\", {0});")]
    [TestCase("new NpgsqlBatch().AddNotify(\"a\", {0});")]
    public async Task APayload_IsReported_FromTheFirstByteTooMuch(string format)
    {
        var longest = new string('a', 7_999);

        Assert.That(await UserProgram.With(Format(format, longest)).FindingsAsync(), Is.Empty);
        Assert.That(
            await MessageAsync(Format(format, longest + "a")),
            Does.EndWith("throws: a payload has at most 7,999 bytes of UTF-8, and this one has 8,000"));
    }

    [Test]
    public async Task AName_IsReported_IfAndOnlyIfTheLibraryRefusesIt()
    {
        await using var listener = new PgListener("Host=localhost");
        foreach (var name in new[] { "", "a\0b", "\uD800", "orders", "*", new string('é', 32) })
        {
            var isRefused = false;
            try
            {
                listener.Channel(name);
            }
            catch (ArgumentException)
            {
                isRefused = true;
            }

            var findings = await UserProgram.With(Format("listener.Channel({0});", name)).FindingsAsync();
            Assert.That(findings, Has.Count.EqualTo(isRefused ? 1 : 0));
        }
    }

    [TestCase("new Notification(\"\", \"1\", 0);")]
    [TestCase("ChannelSignal.Resync(\"\", ResyncReasons.Subscribed);")]
    [TestCase("listener.Channel(Console.ReadLine()!);")]
    [TestCase("var name = \"\"; listener.Channel(name);")]
    [TestCase("await database.NotifyAsync(\"a\");")]
    public async Task WhatIsNoConstant_OrNotChecked_IsNotReported(string statement) =>
        Assert.That(await UserProgram.With(statement).FindingsAsync(), Is.Empty);

    static string Format(string format, string text) =>
        string.Format(CultureInfo.InvariantCulture, format, SymbolDisplay.FormatLiteral(text, quote: true));

    static async Task<string> MessageAsync(string statement) =>
        (await UserProgram.With(statement).DiagnosticsAsync()).Single().GetMessage(CultureInfo.InvariantCulture);
}
