namespace Rx.PgNotify.Tables.Tests;

public sealed class TableTriggerTests
{
    [TestCase("", "t", "c", "schema")]
    [TestCase("s", "", "c", "table")]
    [TestCase("s", "t", "", "channel")]
    [TestCase("s", "nul\0", "c", "table")]
    [TestCase("s", "seventy bytes 89 123456789 123456789 123456789 123456789 123456789 ", "c", "table")]
    public void Name_ThatCannotBeOne_IsRefused(string schema, string table, string channel, string parameter) =>
        Assert.That(() => new TableTrigger(table, channel, schema: schema), Throws.ArgumentException.With.Property("ParamName").EqualTo(parameter));

    [Test]
    public void Channel_ThatIsNotGiven_IsCalledLikeTheTable() =>
        Assert.That(
            (new TableTrigger("orders").Channel, new TableTrigger("orders").InstallScript),
            Is.EqualTo(("orders", new TableTrigger("orders", "orders").InstallScript)));

    static IEnumerable<TestCaseData> Contradictions()
    {
        yield return Case(new() { Payload = (TriggerPayload)17 }, "Payload");
        yield return Case(new() { Operations = TableOperations.None }, "Operations");
        yield return Case(new() { Operations = (TableOperations)16 }, "Operations");
        yield return Case(new() { Payload = TriggerPayload.Columns }, "Columns");
        yield return Case(new() { Columns = ["a"] }, "Columns");
        yield return Case(new() { Payload = TriggerPayload.Columns, Columns = ["a", "a"] }, "Columns");
        yield return Case(new() { Payload = TriggerPayload.Columns, Columns = [""] }, "Columns");
        yield return Case(new() { Payload = TriggerPayload.Keys, IncludeOld = true }, "IncludeOld");
        yield return Case(new() { ColumnFilter = ["a"], Operations = TableOperations.Insert }, "ColumnFilter");
        yield return Case(new() { FireOnReplica = true }, "FireOnReplica");
        yield return Case(new() { KeyColumns = null! }, "KeyColumns");

        static TestCaseData Case(TableTriggerOptions options, string option) => new TestCaseData(options, option).SetArgDisplayNames(option);
    }

    [TestCaseSource(nameof(Contradictions))]
    public void Options_ThatContradictEachOther_AreRefused(TableTriggerOptions options, string option) =>
        Assert.That(() => new TableTrigger("t", "c", "s", options), Throws.InstanceOf<ArgumentException>().With.Property("ParamName").EqualTo(option));

    [TestCaseSource(nameof(Contradictions))]
    public void Validate_OfOptionsThatContradictEachOther_ThrowsWhatTheConstructorWould(TableTriggerOptions options, string option)
    {
        var refused = Assert.Catch<ArgumentException>(() => _ = new TableTrigger("t", options: options))!;

        Assert.That(
            options.Validate, Throws.TypeOf(refused.GetType()).With.Message.EqualTo(refused.Message).And.Property("ParamName").EqualTo(option));
    }

    [Test]
    public void Validate_OfOptionsThatCanBe_Passes()
    {
        Assert.That(new TableTriggerOptions().Validate, Throws.Nothing);
        Assert.That(new TableTriggerOptions { Payload = TriggerPayload.Columns, Columns = ["a"], IncludeOld = true }.Validate, Throws.Nothing);
    }

    [Test]
    public void Trigger_AsText_SaysWhatNotifiesWhichChannel() =>
        Assert.That($"{new TableTrigger("orders", "changes", "sales")}", Is.EqualTo("TableTrigger(sales.orders, channel changes)"));

    [Test]
    public void Script_OfOptionsThatChangeLater_StaysTheSame()
    {
        var columns = new List<string> { "a" };
        var options = new TableTriggerOptions { Payload = TriggerPayload.Columns, Columns = columns };
        var trigger = new TableTrigger("t", "c", "s", options);
        var script = trigger.InstallScript;

        options.RowLevel = true;
        columns[0] = "b";

        Assert.That(trigger.InstallScript, Is.EqualTo(script));
    }

    [Test]
    public void Script_OfAnotherTableOrChannel_MakesAnotherFunction()
    {
        string[] drops = [.. new[] { ("s", "t", "c"), ("s", "t", "d"), ("s", "u", "c"), ("r", "t", "c"), ("s", "tc", "c"), ("s", "t", "cc") }
            .Select(name => new TableTrigger(name.Item2, name.Item3, schema: name.Item1).RemoveScript)];

        Assert.That(drops, Is.Unique);
        Assert.That(
            new TableTrigger("t", "c", "s", new() { RowLevel = true, Payload = TriggerPayload.Rows }).RemoveScript, Is.EqualTo(drops[0]),
            "whatever the options, the same function is replaced");
    }

    [Test]
    public void Script_HasNoLineWithSpacesAtItsEnd([Values] TriggerPayload payload, [Values] bool rowLevel)
    {
        var script = new TableTrigger(
            "t", "c", "s", new() { Payload = payload, RowLevel = rowLevel, ColumnFilter = ["a"], Columns = payload == TriggerPayload.Columns ? ["b"] : [] })
            .InstallScript;

        Assert.That(script.Split('\n').Where(line => line.EndsWith(' ')), Is.Empty);
        Assert.That(script, Does.Not.Contain("\0").And.Not.Contain("\n\n\n"));
    }
}
