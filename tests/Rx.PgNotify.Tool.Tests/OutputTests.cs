using System.Text;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
sealed class OutputTests
{
    static readonly ListenEvent s_overrun = new ListenEvent.Signal(
        ChannelSignal.Resync("a\tb", ResyncReasons.Reconnected | ResyncReasons.Overflow, 1234));

    static readonly ListenEvent s_reconnecting = new ListenEvent.State(
        new ListenerState.Reconnecting(3, TimeSpan.FromMilliseconds(150.7), new InvalidOperationException("line\none", new IOException("why"))));

    [Test]
    public void Json_OfAResyncWithSeveralReasons_IsALineForEach() => Assert.That(Json(s_overrun), Is.EqualTo(
        """
        {"type":"resync","channel":"a\tb","reason":"reconnected","dropped":0,"time":"2026-01-02T12:30:00.250Z"}
        {"type":"resync","channel":"a\tb","reason":"overflow","dropped":1234,"time":"2026-01-02T12:30:00.250Z"}

        """));

    [Test]
    public void Json_OfReconnecting_TellsAttemptDelayAndCause() => Assert.That(Json(s_reconnecting), Is.EqualTo(
        """{"type":"state","state":"reconnecting","attempt":3,"delayMs":150,"cause":"line one: why","time":"2026-01-02T12:30:00.250Z"}""" + "\n"));

    [Test]
    public void Text_OfAResyncWithSeveralReasons_IsOneCommentApartFromTheOutput() =>
        Assert.That(Text(s_overrun), Is.EqualTo(("", "# 12:30:00.250 a\\u0009b: resync, reconnected, overflow, 1234 dropped\n")));

    [Test]
    public void Text_OfReconnecting_IsOneCommentOnOneLine() =>
        Assert.That(Text(s_reconnecting), Is.EqualTo(("", "# 12:30:00.250 reconnecting, attempt 3 in 150 ms: line one: why\n")));

    [Test]
    public void Text_OfABurst_IsItsCountAndItsLatest() =>
        Assert.That(Text(new ListenEvent.Burst("c", 12, "x\ry")), Is.EqualTo(("12:30:00.250\tc\t12 in a burst\tx\\u000Dy\n", "")));

    [TestCase("{payload:raw}", ExpectedResult = "x\ry \"é\"")]
    [TestCase("{payload}", ExpectedResult = "x\\u000Dy \"é\"")]
    [TestCase("{payload:json}", ExpectedResult = """
        "x\ry \"é\""
        """)]
    [TestCase("{time} {channel}\\t{count}", ExpectedResult = "2026-01-02T12:30:00.250Z c\t12")]
    [TestCase("[{processId}] {processId:json} {count:json}", ExpectedResult = "[] null 12")]
    [TestCase("{{\"n\":{count}}}", ExpectedResult = "{\"n\":12}")]
    [TestCase("\\n\\\\\\d", ExpectedResult = "\n\\\\d")]
    public string Template_IsFilledWithTheFields(string template) =>
        LineTemplate.Parse(template).Fill(Arrival.Of(new ListenEvent.Burst("c", 12, "x\ry \"é\""))!.Value, new HalfPastTwelve());

    [TestCase("{payload", "a brace has no partner")]
    [TestCase("payload}", "a brace has no partner")]
    [TestCase("{colour}", "there is no field {colour}; fields are {time}, {channel}, {payload}, {processId}, {count}.")]
    [TestCase("{payload:xml}", "raw or json, as in {payload:json}")]
    public void Template_ThatIsBroken_IsRefused(string template, string reason) =>
        Assert.That(() => LineTemplate.Parse(template), Throws.TypeOf<FormatException>().With.Message.Contains(reason));

    static string Json(ListenEvent item)
    {
        using var stream = new MemoryStream();
        using (var json = new JsonLines(stream, new HalfPastTwelve()))
            json.Write(item);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    static (string Output, string Comments) Text(ListenEvent item)
    {
        using var stream = new MemoryStream();
        using var comments = new StringWriter { NewLine = "\n" };
        var clock = new HalfPastTwelve();
        new TextLines(stream, new CommentLines(comments, clock), clock).Write(item);
        return (Encoding.UTF8.GetString(stream.ToArray()), comments.ToString());
    }

    sealed class HalfPastTwelve : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 12, 30, 0, 250, TimeSpan.Zero);
    }
}
