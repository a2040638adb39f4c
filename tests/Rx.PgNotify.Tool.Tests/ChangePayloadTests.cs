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
    public void Read_OfWhatNoTriggerSends_IsARemarkThatDoesNotRepeatIt(string payload) => Assert.That(
        ChangePayload.Read(payload), Is.EqualTo(new WatchEvent[] { new WatchEvent.Notice("a notification that the trigger did not send is left out") }));

    [Test]
    public void Json_OfAValueOfAnyKind_IsThatValue()
    {
        const string row = """{"a":1.50,"b":null,"c":{"d":[1,2]},"é":"\"'<\u0007"}""";
        var item = ChangePayload.Read($$"""{"schema":"s","table":"t","op":"insert","seq":1,"count":1,"rows":[{"op":"insert","new":{{row}}}]}""").Single();

        Assert.That(Json(item), Does.StartWith($"{{\"type\":\"change\",\"op\":\"insert\",\"key\":{{\"a\":1.50}},\"new\":{row},\"time\":\"20"));
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
