using Rx.PgNotify.Delivery;
using Rx.PgNotify.Listening;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Listening;

/// <summary>How long a channel lingers when the scheduler of the options is gone, or its clock is set back or stands still.</summary>
public class LingerTests
{
    static readonly TimeSpan s_linger = TimeSpan.FromSeconds(1);

    [Test]
    public void OnASchedulerThatIsGone_TheLingerIsOverAtOnce_WhateverItsClockShows([Values(-1, 0, 1)] int hours)
    {
        var scheduler = new ManualScheduler { IsGone = true, Elapsed = TimeSpan.FromHours(hours) };
        var (desired, channel) = Listened(scheduler);
        channel.Release();
        Assert.That(desired.TryGiveUpConnection(), "nothing lingers");
    }

    [Test]
    public void AClockThatIsSetBack_ProlongsNoLinger()
    {
        var scheduler = new ManualScheduler { Elapsed = TimeSpan.FromHours(2) };
        var (desired, channel) = Listened(scheduler);
        channel.Release();
        Assert.That(desired.TryGiveUpConnection(), Is.False, "it lingers");
        scheduler.Elapsed -= TimeSpan.FromHours(1);

        scheduler.RunOne();
        Assert.That(desired.TryGiveUpConnection(), "its timer was due");
    }

    [Test]
    public void AClockThatIsSetBack_ProlongsALaterLinger_ByNoMoreThanALinger()
    {
        var scheduler = new ManualScheduler { Elapsed = TimeSpan.FromHours(2) };
        var (desired, channel) = Listened(scheduler);
        channel.Release();
        scheduler.Elapsed += s_linger / 2;
        desired.Acquire("a").Release();
        scheduler.Elapsed -= TimeSpan.FromHours(1);

        scheduler.RunOne();
        Assert.That(desired.TryGiveUpConnection(), Is.False, "the later linger counts");
        Assert.That(scheduler.Delays, Is.EqualTo(new[] { s_linger }));
        scheduler.RunOne();
        Assert.That(desired.TryGiveUpConnection());
    }

    [Test]
    public void OnASchedulerThatRunsItsTimersAtOnce_TheLingerIsOverAtOnce()
    {
        var scheduler = new ManualScheduler { RunsAtOnce = true };
        var (desired, channel) = Listened(scheduler);
        channel.Release();
        Assert.That(desired.TryGiveUpConnection());
    }

    [Test]
    public void HoweverOftenSubscribersComeAndGo_AChannelHasOneTimer()
    {
        var scheduler = new ManualScheduler();
        var (desired, channel) = Listened(scheduler);
        channel.Release();
        for (var i = 0; i < 10; i++)
        {
            scheduler.Elapsed += s_linger / 100;
            desired.Acquire("a").Release();
        }

        Assert.That(scheduler.Delays, Is.EqualTo(new[] { s_linger }));
    }

    // A channel with one subscriber, to which the server listens.
    static (DesiredChannels Desired, ListenedChannel Channel) Listened(ManualScheduler scheduler)
    {
        var budget = new BufferBudget(long.MaxValue);
        var options = new PgListenerOptions { Linger = s_linger, Scheduler = scheduler };
        var desired = new DesiredChannels(typeof(PgListener), name => new ChannelHub(name, typeof(PgListener), 100, budget, new DeliveryCounts()), () => { }, options);
        var channel = desired.Acquire("a");
        desired.Listening(desired.TakeChanges().Listen);
        return (desired, channel);
    }
}
