namespace Rx.PgNotify.Tests;

public class ChannelSignalTests
{
    const ResyncReasons AllReasons = ResyncReasons.Subscribed | ResyncReasons.Reconnected | ResyncReasons.Overflow;

    [TestCase("orders", "17", 4711)]
    [TestCase("orders", "", 0)]
    [TestCase("Größe \"x\" 🐘", "\0\uffff", int.MaxValue)]
    [TestCase("", "payload", int.MinValue)]
    public void From_ANotification_GivesItBack(string channel, string payload, int processId)
    {
        var notification = new Notification(channel, payload, processId);

        var signal = ChannelSignal.From(notification);

        Assert.That(signal.IsNotification, Is.True);
        Assert.That(signal.IsResync, Is.False);
        Assert.That(signal.Notification, Is.EqualTo(notification));
        Assert.That(signal.Channel, Is.EqualTo(channel));
        Assert.That(signal.Reasons, Is.EqualTo(ResyncReasons.None));
        Assert.That(signal.Dropped, Is.Zero, "the process id is not a count");
    }

    [TestCase(null, "payload")]
    [TestCase("orders", null)]
    public void From_ANotificationWithoutChannelOrPayload_Throws(string? channel, string? payload) => Assert.That(
        () => ChannelSignal.From(new Notification(channel!, payload!, 1)),
        Throws.ArgumentException.With.Property("ParamName").EqualTo("notification"));

    [TestCase(ResyncReasons.Subscribed, 0)]
    [TestCase(ResyncReasons.Reconnected | ResyncReasons.Subscribed, 0)]
    [TestCase(ResyncReasons.Overflow, 0)]
    [TestCase(ResyncReasons.Overflow, 5_000_000_000)]
    [TestCase(AllReasons, 1)]
    public void Resync_WithItsReasons_TellsThem(ResyncReasons reasons, long dropped)
    {
        var signal = ChannelSignal.Resync("orders", reasons, dropped);

        Assert.That(signal.IsResync, Is.True);
        Assert.That(signal.IsNotification, Is.False);
        Assert.That(signal.Channel, Is.EqualTo("orders"));
        Assert.That(signal.Reasons, Is.EqualTo(reasons));
        Assert.That(signal.Dropped, Is.EqualTo(dropped));
        Assert.That(() => signal.Notification, Throws.InvalidOperationException);
    }

    [TestCase(ResyncReasons.None, 0, "reasons")]
    [TestCase((ResyncReasons)8, 0, "reasons")]
    [TestCase(AllReasons | (ResyncReasons)128, 0, "reasons")]
    [TestCase(ResyncReasons.Overflow, -1, "dropped")]
    [TestCase(ResyncReasons.Subscribed | ResyncReasons.Reconnected, 1, "dropped")]
    public void Resync_WithImpossibleArguments_Throws(ResyncReasons reasons, long dropped, string parameter) => Assert.That(
        () => ChannelSignal.Resync("orders", reasons, dropped),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo(parameter));

    [Test]
    public void Resync_WithoutAChannel_Throws() => Assert.That(
        () => ChannelSignal.Resync(null!, ResyncReasons.Subscribed),
        Throws.ArgumentNullException.With.Property("ParamName").EqualTo("channel"));

    [Test]
    public void Default_IsNeitherKind()
    {
        var signal = default(ChannelSignal);

        Assert.That(signal.IsNotification, Is.False);
        Assert.That(signal.IsResync, Is.False);
        Assert.That(() => signal.Notification, Throws.InvalidOperationException);
        Assert.That(signal.ToString(), Is.EqualTo("None"));
    }

    [Test]
    public void ToString_ForALog_LeaksNoPayload()
    {
        var signal = ChannelSignal.From(new Notification("orders", "s3cret", 4711));

        Assert.That(signal.ToString(), Is.EqualTo("Notification(orders)"));
        Assert.That($"{signal}", Does.Not.Contain("s3cret"));
    }

    [TestCase(ResyncReasons.Subscribed, 0, "Resync(orders, Subscribed)")]
    [TestCase(ResyncReasons.Overflow | ResyncReasons.Reconnected, 17, "Resync(orders, Reconnected, Overflow, 17 dropped)")]
    public void ToString_OfAResync_TellsReasonsAndCount(ResyncReasons reasons, long dropped, string expected) =>
        Assert.That(ChannelSignal.Resync("orders", reasons, dropped).ToString(), Is.EqualTo(expected));

    [Test]
    public void Equality_IsByContent()
    {
        var signal = ChannelSignal.From(new Notification("orders", "17", 1));

        Assert.That(ChannelSignal.From(new Notification("orders", "17", 1)), Is.EqualTo(signal));
        Assert.That(ChannelSignal.From(new Notification("orders", "18", 1)), Is.Not.EqualTo(signal));
        Assert.That(ChannelSignal.From(new Notification("orders", "17", 2)), Is.Not.EqualTo(signal));
        Assert.That(ChannelSignal.From(new Notification("others", "17", 1)), Is.Not.EqualTo(signal));
    }
}
