using System.Text;
using Rx.PgNotify.Tool.Output;
using Rx.PgNotify.Tool.Watching;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
sealed class ChangePayloadTests
{
    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("[]")]
    [TestCase("""{"op":1}""")]
    [TestCase("""{"op":"drop"}""")]
    [TestCase("""{"op":"update","rows":[{"op":"insert"}]}""")]
    [TestCase("""{"op":"update","rows":[{"op":"insert","new":1}]}""")]
    [TestCase("""{"op":"update","rows":{}}""")]
    [TestCase("""{"op":"update","count":"many"}""")]
    [TestCase("""{"op":"update","count":99999999999999999999}""")]
    [TestCase("""{"op":"update","rows":[{"op":"update","old":{"a":1,"a":2},"new":{"a":3}}]}""")]
    [TestCase("""{"op":"update","rows":[{"op":"update","old":{"a":1},"new":{"a":2,"\u0061":3}}]}""")]
    [TestCase("""{"op":"insert","rows":[{"op":"insert","new":{"\ud800":1}}]}""")]
    [TestCase("""{"op":"insert","keys":[{"op":"insert","new":{"a":1,"a":2}}]}""")]
    public void Read_OfWhatNoTriggerSends_IsARemarkThatDoesNotRepeatIt(string payload) => Assert.That(
        ChangePayload.Read(payload), Is.EqualTo(new WatchEvent[] { new WatchEvent.Notice("a notification that the trigger did not send is left out") }));

    [Test]
    public void Json_OfAValueOfAnyKind_IsThatValue()
    {
        const string row = """{"a":1.50,"b":null,"c":{"d":[1,2]},"é":"\"'<\u0007"}""";
        var item = ChangePayload.Read($$"""{"schema":"s","table":"t","op":"insert","seq":1,"count":1,"rows":[{"op":"insert","new":{{row}}}]}""").Single();

        Assert.That(Json(item), Does.StartWith($"{{\"type\":\"change\",\"op\":\"insert\",\"key\":{{\"a\":1.50}},\"new\":{row},\"time\":\"20"));
    }

    // What PostgreSQL's json accepts, and row_to_json passes on as it is.
    [TestCase("""{"half of a pair":"\ud800"}""", """{"half of a pair":"\ud800"}""")]
    [TestCase("""{"\ud800":1,"a":1,"a":2}""", """{"\ud800":1,"a":1,"a":2}""")]
    [TestCase("{\n \"a b\" :\t[1 , \"c \\\" d\"]\r\n}", """{"a b":[1,"c \" d"]}""")]
    [TestCase("\"\u009b\u2028\U0001F418\"", "\"\\u009B\\u2028\\uD83D\\uDC18\"")]
    public void Json_OfAColumnOfJson_IsThatJson_OnOneLine(string value, string expected)
    {
        var item = ChangePayload.Read($$$"""{"op":"update","rows":[{"op":"update","old":{"a":1,"b":0},"new":{"a":{{{value}}},"b":{{{value}}}}}]}""").Single();

        Assert.That(Json(item), Does.StartWith(
            $$$"""{"type":"change","op":"update","key":{"a":{{{expected}}}},"old":{"a":1,"b":0},"new":{"a":{{{expected}}},"b":{{{expected}}}},"changed":["a","b"],""")
            .And.EndsWith("}\n").And.Matches("^[^\n]*\n$"));
        Assert.That(ChangeText.Changes(item, ["a"]).Select(piece => piece.Text), Has.Some.EqualTo(" -> "));
    }

    [Test]
    public void Json_OfAValueAsDeepAsAPayloadAllows_IsThatValue()
    {
        var value = new string('[', 3_900) + new string(']', 3_900);

        Assert.That(Json(ChangePayload.Read($$$"""{"op":"insert","rows":[{"op":"insert","new":{"a":{{{value}}}}}]}""").Single()), Does.Contain($"\"new\":{{\"a\":{value}}}"));
    }

    [Test]
    public void Json_OfAGapWithSeveralReasons_IsALineForEach()
    {
        var lines = Json(new WatchEvent.Gap(ResyncReasons.Reconnected | ResyncReasons.Overflow, 12)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[0], Does.StartWith("""{"type":"resync","reason":"reconnected","dropped":0,"""));
        Assert.That(lines[1], Does.StartWith("""{"type":"resync","reason":"overflow","dropped":12,"""));
    }

    [Test]
    public void Comment_OfAGap_SaysHowManyWereDropped() => Assert.That(
        WatchComment.Of(new WatchEvent.Gap(ResyncReasons.Reconnected | ResyncReasons.Overflow, 12)), Is.EqualTo("changes may be missing: reconnected, overflow, 12 dropped"));

    static string Json(WatchEvent item)
    {
        using var stream = new MemoryStream();
        using (var lines = new JsonLines(stream))
            new ChangeJson(lines, ["a"], TimeProvider.System).Write(item);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
