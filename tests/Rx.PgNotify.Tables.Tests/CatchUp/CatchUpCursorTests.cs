namespace Rx.PgNotify.Tables.Tests.CatchUp;

public class CatchUpCursorTests
{
    [TestCase("1:1:")]
    [TestCase("750:752:750,751")]
    [TestCase("750:760:750,755@7710636372555925688/16384/16385/16392")]
    [TestCase("9223372036854775806:9223372036854775807:9223372036854775806@-12/1")]
    public void Parse_OfWhatToStringWrote_IsEqual(string text)
    {
        var cursor = CatchUpCursor.Parse(text);

        Assert.That(cursor.ToString(), Is.EqualTo(text));
        Assert.That(cursor.Snapshot, Is.EqualTo(text.Split('@')[0]));
        Assert.That(CatchUpCursor.TryParse(text, out var same), Is.True);
        Assert.That(same, Is.EqualTo(cursor));
        Assert.That(CatchUpCursor.Parse($" {text}\r\n"), Is.EqualTo(cursor), "as an editor leaves a file");
        Assert.That(same!.GetHashCode(), Is.EqualTo(cursor.GetHashCode()));
        Assert.That(CatchUpCursor.Parse("3:3:"), Is.Not.EqualTo(cursor));
    }

    [Test]
    public void Parse_OfASnapshotWhoseOldestTransactionIsItsOwn_LeavesThatOut() =>
        Assert.That(CatchUpCursor.Parse("750:760:755").Snapshot, Is.EqualTo("755:760:755"), "755 is the oldest of the others");

    [TestCase("", "two colons")]
    [TestCase("750", "two colons")]
    [TestCase("750:751", "two colons")]
    [TestCase("750:751::", "two colons")]
    [TestCase("0:1:", "of 1 and more")]
    [TestCase(":1:", "of 1 and more")]
    [TestCase("-1:1:", "of 1 and more")]
    [TestCase("1 :1:", "of 1 and more")]
    [TestCase("1:9223372036854775808:", "of 1 and more")]
    [TestCase("1:99999999999999999999:", "of 1 and more")]
    [TestCase("752:751:", "not be below xmin")]
    [TestCase("750:752:749", "ascending order")]
    [TestCase("750:752:752", "ascending order")]
    [TestCase("750:752:751,750", "ascending order")]
    [TestCase("750:752:750,750", "ascending order")]
    [TestCase("750:752:750,", "ascending order")]
    [TestCase("750:752:x", "ascending order")]
    [TestCase("1:1:@", "the origin")]
    [TestCase("1:1:@1'; DROP TABLE orders; --", "the origin")]
    [TestCase("1:1:@1@2", "the origin")]
    public void Parse_OfAnythingElse_SaysWhatIsWrong(string text, string fault)
    {
        Assert.That(() => CatchUpCursor.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(fault));
        Assert.That(CatchUpCursor.TryParse(text, out var cursor), Is.False);
        Assert.That(cursor, Is.Null);
    }

    [Test]
    public void Parse_OfNothing_Throws()
    {
        Assert.That(() => CatchUpCursor.Parse(null!), Throws.ArgumentNullException);
        Assert.That(CatchUpCursor.TryParse(null, out _), Is.False);
    }
}
