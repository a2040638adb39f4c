namespace Rx.PgNotify.Tests;

public class EnqueuedNotificationTests
{
    [Test]
    public void Committed_IsTheTaskThatItWasMadeOf()
    {
        var committed = new TaskCompletionSource();
        var enqueued = new EnqueuedNotification(committed.Task);

        Assert.That(enqueued.Committed, Is.SameAs(committed.Task));
        Assert.That(enqueued, Is.EqualTo(new EnqueuedNotification(committed.Task)));
        Assert.That(enqueued, Is.Not.EqualTo(new EnqueuedNotification(Task.CompletedTask)));
    }

    [Test]
    public void TheDefaultValue_HasNoTask_AndSaysSo()
    {
        Assert.That(() => default(EnqueuedNotification).Committed, Throws.InvalidOperationException.With.Message.Contains("default"));
        Assert.That(default(EnqueuedNotification).ToString(), Is.EqualTo("None"));
    }

    [Test]
    public void WithoutATask_ItThrows() => Assert.That(
        () => new EnqueuedNotification(null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("committed"));

    [Test]
    public void ToString_SaysWhatHasBecomeOfIt()
    {
        Assert.That(new EnqueuedNotification(new TaskCompletionSource().Task).ToString(), Is.EqualTo("EnqueuedNotification(WaitingForActivation)"));
        Assert.That(new EnqueuedNotification(Task.CompletedTask).ToString(), Is.EqualTo("EnqueuedNotification(RanToCompletion)"));
    }
}
