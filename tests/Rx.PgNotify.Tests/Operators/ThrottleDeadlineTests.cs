using Rx.PgNotify.Operators;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>When a throttled value is due, by any reading of the clock: 100 ms after the emission before it.</summary>
public class ThrottleDeadlineTests
{
    ThrottleDeadline _deadline;

    [SetUp]
    public void Create() => _deadline = ThrottleDeadline.Create(Time(100), leading: true);

    [Test]
    public void TheFirstValue_IsDueAtOnce() => Assert.That(_deadline.Begin(Time(1_000)), Is.Null);

    [Test]
    public void TheFirstValue_WithLeadingOff_IsDueAtTheEndOfAnInterval()
    {
        _deadline = ThrottleDeadline.Create(Time(100), leading: false);

        Assert.That(_deadline.Begin(Time(1_000)), Is.EqualTo(Time(100)));
        Assert.That(_deadline.HasPassed(Time(1_100), out _));
    }

    [Test]
    public void AValueWithinTheInterval_WaitsForTheRestOfIt()
    {
        _deadline.Begin(Time(1_000));
        _deadline.Emitted(Time(1_000));

        Assert.That(_deadline.Begin(Time(1_040)), Is.EqualTo(Time(60)));
        _deadline.Extend(Time(1_090));
        Assert.That(_deadline.HasPassed(Time(1_100), out _));
    }

    [Test]
    public void AValueAfterTheInterval_IsDueAtOnce_AndBeginsAnother()
    {
        _deadline.Begin(Time(1_000));
        _deadline.Emitted(Time(1_000));

        Assert.That(_deadline.Begin(Time(1_100)), Is.Null);
        _deadline.Emitted(Time(1_100));
        Assert.That(_deadline.Begin(Time(1_101)), Is.EqualTo(Time(99)));
    }

    [Test]
    public void ATimerThatFiresEarly_IsArmedForWholeMilliseconds()
    {
        _deadline.Emitted(Time(1_000));
        _deadline.Begin(Time(1_040));

        Assert.That(_deadline.HasPassed(TimeSpan.FromMilliseconds(1_099.7), out var remaining), Is.False);
        Assert.That(remaining, Is.EqualTo(Time(1)), "a fraction would fire at once, again and again");
        Assert.That(_deadline.HasPassed(TimeSpan.FromMilliseconds(1_099.7), out _), "and a clock that stands still is not asked");
    }

    [Test]
    public void AClockThatIsSetBack_HoldsNothingUpLongerThanAnInterval()
    {
        _deadline.Emitted(Time(1_000));

        Assert.That(_deadline.Begin(Time(200)), Is.EqualTo(Time(100)));
        Assert.That(_deadline.HasPassed(Time(299), out var remaining), Is.False);
        Assert.That(remaining, Is.EqualTo(Time(1)));
        Assert.That(_deadline.HasPassed(Time(150), out _), "set back again, there is only the timer to go by");
    }

    [Test]
    public void AnEmissionThatReadAnEarlierTime_DoesNotShortenTheInterval()
    {
        _deadline.Emitted(Time(1_000));
        _deadline.Begin(Time(1_050));
        Assert.That(_deadline.HasPassed(Time(1_100), out _));

        _deadline.Emitted(Time(1_080));

        Assert.That(_deadline.Begin(Time(1_101)), Is.EqualTo(Time(99)));
    }

    [Test]
    public void AnIntervalOfZero_LastsWhileTheClockStandsStill()
    {
        _deadline = ThrottleDeadline.Create(TimeSpan.Zero, leading: true);
        Assert.That(_deadline.Begin(Time(1_000)), Is.Null);
        _deadline.Emitted(Time(1_000));

        Assert.That(_deadline.Begin(Time(1_000)), Is.EqualTo(TimeSpan.Zero));
        Assert.That(_deadline.HasPassed(Time(1_000), out _));
        _deadline.Emitted(Time(1_000));
        Assert.That(_deadline.Begin(Time(1_001)), Is.Null);
    }

    static TimeSpan Time(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
