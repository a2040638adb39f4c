using System.Reactive.Concurrency;
using Rx.PgNotify.Operators;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>When a burst ends, by any reading of the clock: 100 ms after its last value, 250 ms after its first at the latest.</summary>
public class BurstDeadlineTests
{
    BurstDeadline _deadline;

    [SetUp]
    public void BeginABurstAt1000()
    {
        _deadline = new BurstDeadline(BurstTiming.Create(Time(100), Time(250), ImmediateScheduler.Instance));
        Assert.That(_deadline.Begin(Time(1_000)), Is.EqualTo(Time(100)));
    }

    [TestCase(1_100)]
    [TestCase(1_099, Description = "a timer may fire a little early, and is believed")]
    [TestCase(900, Description = "the clock was set back")]
    public void ABurstOfOneValue_EndsWhenItsTimerFires(int firedAt) => Assert.That(_deadline.HasPassed(Time(firedAt), out _));

    [Test]
    public void AFurtherValue_MovesTheEndOn()
    {
        _deadline.Extend(Time(1_060));

        Assert.That(Remaining(1_100), Is.EqualTo(Time(60)));
        Assert.That(_deadline.HasPassed(Time(1_159), out _), "the timer that was armed for what was left is believed");
    }

    [Test]
    public void ValuesWithoutAPause_DoNotPutTheEndOffBeyondTheLimit()
    {
        for (var at = 1_010; at < 1_100; at += 10)
            _deadline.Extend(Time(at));
        Assert.That(Remaining(1_100), Is.EqualTo(Time(90)));
        for (var at = 1_100; at < 1_190; at += 10)
            _deadline.Extend(Time(at));

        Assert.That(Remaining(1_190), Is.EqualTo(Time(60)), "250 ms after the first");
        _deadline.Extend(Time(1_249));
        Assert.That(_deadline.HasPassed(Time(1_250), out _));
    }

    [Test]
    public void AClockThatIsSetBack_MovesTheLimitWithIt()
    {
        _deadline.Extend(Time(500));
        for (var at = 500; at < 600; at += 10)
            _deadline.Extend(Time(at));

        Assert.That(Remaining(600), Is.EqualTo(Time(90)));
        for (var at = 600; at < 690; at += 10)
            _deadline.Extend(Time(at));
        Assert.That(Remaining(690), Is.EqualTo(Time(60)), "250 ms after the reading that the first one has now");
    }

    [Test]
    public void ATimerThatReadsTheClockBeforeTheSourceDid_WaitsNoLongerThanTheQuietSpell()
    {
        _deadline.Extend(Time(1_105));

        Assert.That(Remaining(1_100), Is.EqualTo(Time(100)));
    }

    [Test]
    public void TheNextBurst_BeginsAnew()
    {
        _deadline.Extend(Time(1_200));
        _deadline.Emitted(Time(1_250));

        Assert.That(_deadline.Begin(Time(2_000)), Is.EqualTo(Time(100)));
        _deadline.Extend(Time(2_050));
        Assert.That(Remaining(2_100), Is.EqualTo(Time(50)));
    }

    [Test]
    public void ALimitBeyondAllTime_IsNone()
    {
        var deadline = new BurstDeadline(BurstTiming.Create(Time(100), TimeSpan.MaxValue, ImmediateScheduler.Instance));
        deadline.Begin(Time(1_000));
        deadline.Extend(TimeSpan.FromDays(1_000));

        Assert.That(deadline.HasPassed(TimeSpan.FromDays(1_000), out var remaining), Is.False);
        Assert.That(remaining, Is.EqualTo(Time(100)));
    }

    static TimeSpan Time(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    TimeSpan Remaining(int now)
    {
        Assert.That(_deadline.HasPassed(Time(now), out var remaining), Is.False);
        return remaining;
    }
}
