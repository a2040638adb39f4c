using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Tests.Delivery;

/// <summary>Readers that leave, and channels that end.</summary>
public sealed class ChannelHubEndTests : HubFixture
{
    [Test]
    public async Task AReaderThatIsParked_LeavesAsOneThatWaited_AndIsQueuedByNobody()
    {
        Listen();
        var (leaving, staying) = (Join(), Join());
        await leaving.ReadAllAsync();
        await staying.ReadAllAsync();

        Assert.That(leaving.Leave(), "waited");
        Assert.That(leaving.Leave(), Is.False, "only once");
        Send("a");

        Assert.That(await staying.ReadAllAsync(), Is.EqualTo([Notification("a")]));
        Assert.That(leaving.Read().Outcome, Is.EqualTo(ReadOutcome.Left));
        Assert.That(leaving.IsWaiting, Is.False);
    }

    [Test]
    public void AReaderThatIsJoining_LeavesAsOneThatWaited()
    {
        var reader = Join();

        Assert.That(reader.Leave(), "waited");
        Listen();

        Assert.That((reader.HasJoined, reader.IsWaiting), Is.EqualTo((false, false)));
    }

    [Test]
    public async Task AReaderThatIsQueued_LeavesAsOneThatDidNotWait_AndFreesWhatItHeld()
    {
        Listen();
        var reader = Join();
        await reader.UntilQueuedAsync();
        Send("a", "b");
        Assert.That(Budget.BufferedNotifications, Is.EqualTo(2));

        Assert.That(reader.Leave(), Is.False);

        Assert.That((Budget.BufferedNotifications, Budget.Used), Is.EqualTo((0, 0)));
        Assert.That(reader.Read().Outcome, Is.EqualTo(ReadOutcome.Left));
    }

    [Test]
    public async Task TheEnd_ComesAfterWhatIsStored_AndIsSaidToAllWhoAreParked()
    {
        Listen();
        var (parked, busy) = (Join(), Join());
        await parked.ReadAllAsync();
        Send("a");
        await parked.ReadAllAsync();

        Hub.Complete(null);
        Send("b");

        Assert.That(await parked.ReadAllAsync(), Is.Empty);
        Assert.That(await busy.ReadAllAsync(), Is.EqualTo([Subscribed, Notification("a")]));
        Assert.That((parked.Read().Outcome, busy.Read().Outcome), Is.EqualTo((ReadOutcome.Completed, ReadOutcome.Completed)));
        Assert.That((Hub.IsCompleted, Hub.CreateError()), Is.EqualTo((true, default(PgListenerException))));
    }

    [Test]
    public async Task TheEndWithAnError_FailsWhoIsJoining_NowAndLater_EachWithItsOwn()
    {
        var joining = Join();
        Hub.ListenRequested();

        Hub.Complete(Error);
        var late = Join();

        await joining.UntilQueuedAsync();
        await late.UntilQueuedAsync();
        Assert.That((joining.Read().Outcome, late.Read().Outcome), Is.EqualTo((ReadOutcome.Completed, ReadOutcome.Completed)));
        Assert.That((joining.HasJoined, late.HasJoined), Is.EqualTo((false, false)));
        PgListenerException?[] errors = [joining.JoinFailure, late.JoinFailure, Hub.CreateError(), Hub.CreateError()];
        Assert.That(errors, Is.Unique.And.None.Null);
    }

    [Test]
    public async Task OnceEnded_NothingBringsAChannelBack()
    {
        Listen();
        Hub.Complete(Error);

        Hub.NoLongerListened();
        Listen();
        Send("a");
        Hub.Complete(null);
        var reader = Join();

        Assert.That(await reader.ReadAllAsync(), Is.Empty);
        Assert.That(reader.JoinFailure, Is.Not.Null);
        Assert.That(Budget.Used, Is.Zero);
    }

    [Test]
    public async Task AnEndedChannel_CountsForTheListenerUntilTheLastReaderHasGone()
    {
        Listen();
        var (slow, fast) = (Join(), Join());
        Send("a", "b", "c");
        Hub.Complete(null);
        await fast.ReadAllAsync();
        fast.Leave();
        Assert.That(Budget.BufferedNotifications, Is.EqualTo(3));

        await slow.ReadAllAsync();
        slow.Leave();

        Assert.That((Budget.BufferedNotifications, Counts.Delivered), Is.EqualTo((0, 6)), "counted before it is forgotten");
    }

    static PgListenerException Error() => new(PgListenerError.ChannelRefused, "refused", null);
}
