namespace Rx.PgNotify.Tests;

public class ChannelSignalOfTTests
{
    [TestCase("orders", 17, 4711)]
    [TestCase("", 0, int.MinValue)]
    [TestCase("Größe \"x\" 🐘", int.MaxValue, -1)]
    public void From_AValue_GivesItBack(string channel, int value, int processId)
    {
        var signal = ChannelSignal.From(channel, value, processId);

        Assert.That(signal.IsValue, Is.True);
        Assert.That(signal.IsResync, Is.False);
        Assert.That(signal.Value, Is.EqualTo(value));
        Assert.That(signal.Channel, Is.EqualTo(channel));
        Assert.That(signal.ProcessId, Is.EqualTo(processId));
        Assert.That(signal.Reasons, Is.EqualTo(ResyncReasons.None));
        Assert.That(signal.Dropped, Is.Zero, "the process id is not a count");
    }

    [Test]
    public void From_ANullValue_IsAValue()
    {
        var signal = ChannelSignal.From<int?>("orders", null, 1);

        Assert.That(signal.IsValue, Is.True);
        Assert.That(signal.Value, Is.Null);
    }

    [TestCase(ResyncReasons.Subscribed, 0)]
    [TestCase(ResyncReasons.Overflow | ResyncReasons.Reconnected, 5_000_000_000)]
    public void Resync_WithItsReasons_TellsThem(ResyncReasons reasons, long dropped)
    {
        var signal = ChannelSignal.Resync<int>("orders", reasons, dropped);

        Assert.That(signal.IsResync, Is.True);
        Assert.That(signal.IsValue, Is.False);
        Assert.That(signal.Channel, Is.EqualTo("orders"));
        Assert.That(signal.Reasons, Is.EqualTo(reasons));
        Assert.That(signal.Dropped, Is.EqualTo(dropped));
        Assert.That(signal.ProcessId, Is.Zero, "the count is not a process id");
        Assert.That(() => signal.Value, Throws.InvalidOperationException);
    }

    [Test]
    public void Signal_WithImpossibleArguments_Throws()
    {
        Assert.That(() => ChannelSignal.From(null!, 1, 1), Throws.ArgumentNullException);
        Assert.That(() => ChannelSignal.Resync<int>(null!, ResyncReasons.Subscribed), Throws.ArgumentNullException);
        Assert.That(() => ChannelSignal.Resync<int>("orders", ResyncReasons.None), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => ChannelSignal.Resync<int>("orders", ResyncReasons.Subscribed, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Default_IsNeitherKind()
    {
        var signal = default(ChannelSignal<int>);

        Assert.That(signal.IsValue, Is.False);
        Assert.That(signal.IsResync, Is.False);
        Assert.That(() => signal.Value, Throws.InvalidOperationException);
        Assert.That(signal.ToString(), Is.EqualTo("None"));
    }

    [Test]
    public void ToString_ForALog_LeaksNoValue()
    {
        Assert.That($"{ChannelSignal.From("orders", "s3cret", 4711)}", Is.EqualTo("Value(orders)"));
        Assert.That(
            $"{ChannelSignal.Resync<string>("orders", ResyncReasons.Overflow, 17)}", Is.EqualTo("Resync(orders, Overflow, 17 dropped)"));
    }

    [Test]
    public void Equality_IsByContent()
    {
        var signal = ChannelSignal.From("orders", "17", 1);

        Assert.That(ChannelSignal.From("orders", "17", 1), Is.EqualTo(signal));
        Assert.That(ChannelSignal.From("orders", "18", 1), Is.Not.EqualTo(signal));
        Assert.That(ChannelSignal.From("orders", "17", 2), Is.Not.EqualTo(signal));
        Assert.That(ChannelSignal.From("others", "17", 1), Is.Not.EqualTo(signal));
    }
}
