namespace Rx.PgNotify.Tables.Tests.CatchUp;

public class CatchUpTableTests
{
    static readonly string s_limit = new('t', 46);

    [TestCase("", "has 1 to 46 bytes of UTF-8; this one is empty")]
    [TestCase("a\0b", "can't contain the character NUL")]
    [TestCase("ä2345678901234567890123456789012345678901234567", "has 1 to 46 bytes of UTF-8; this one has 48")]
    public void Table_WithANameThatItCantHave_IsRefused(string table, string message) =>
        Assert.That(() => new CatchUpTable(table, "id"), Throws.ArgumentException.With.Message.Contains(message).And.Property("ParamName").EqualTo("table"));

    [Test]
    public void Names_AtTheirLimits_AreTaken()
    {
        var longest = new string('c', 63);
        Assert.That(new CatchUpTable(s_limit, [longest], longest).InstallScript, Does.Contain($"\"{longest}\".\"catch_up_deleted_{s_limit}\""));
        Assert.That(() => new CatchUpTable("\ud800", "id"), Throws.ArgumentException.With.Message.Contains("half of a surrogate pair"));
        Assert.That(() => new CatchUpTable(s_limit + "t", "id"), Throws.ArgumentException.With.Message.Contains("this one has 47"));
        Assert.That(
            () => new CatchUpTable("t", longest + "c"),
            Throws.ArgumentException.With.Message.Contains("A column's name has 1 to 63 bytes of UTF-8; this one has 64"));
        Assert.That(
            () => new CatchUpTable("t", ["id"], longest + "c"),
            Throws.ArgumentException.With.Message.Contains("A schema's name has 1 to 63 bytes of UTF-8; this one has 64"));
    }

    [Test]
    public void AKeyOfOneColumn_IsGivenByItsNameToo()
    {
        var table = new CatchUpTable("orders", "id", "sales");

        Assert.That(table.InstallScript, Is.EqualTo(new CatchUpTable("orders", ["id"], "sales").InstallScript));
        Assert.That((table.Schema, table.Table, $"{table}"), Is.EqualTo(("sales", "orders", "CatchUpTable(sales.orders)")));
        Assert.That(table.Key, Is.EqualTo(new[] { "id" }));
        Assert.That(new CatchUpTable("orders", "id").Schema, Is.EqualTo("public"));
    }

    [Test]
    public void AKey_ThatIsChangedLater_IsAsItWasGiven()
    {
        var key = new List<string> { "b", "a" };
        var table = new CatchUpTable("orders", key);

        key.Clear();

        Assert.That(table.Key, Is.EqualTo(new[] { "b", "a" }));
    }

    [Test]
    public void ABatch_AsText_HasNoRow() =>
        Assert.That($"{new CatchUpBatch<string>(CatchUpCursor.Parse("750:752:750@7/1"), ["s3cret", "s3cret"])}", Is.EqualTo("CatchUpBatch(2 rows, 750:752:750@7/1)"));

    [Test]
    public void AKey_HasAColumnOrMore_AndEachOnce()
    {
        Assert.That(() => new CatchUpTable("t", []), Throws.ArgumentException.With.Message.Contains("one column or more"));
        Assert.That(() => new CatchUpTable("t", ["a", "b", "a"]), Throws.ArgumentException.With.Message.Contains("each once"));
        Assert.That(() => new CatchUpTable("t", ["a", "A"]), Throws.Nothing, "two columns");
        Assert.That(() => new CatchUpTable("t", [null!]), Throws.ArgumentNullException);
        Assert.That(() => new CatchUpTable("t", (string)null!), Throws.ArgumentNullException);
        Assert.That(() => new CatchUpTable("t", (IEnumerable<string>)null!), Throws.ArgumentNullException);
    }
}
