using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Timers that are not punctual, and clocks that jump.</summary>
public class ThrottleLatestClockTests
{
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(30);

    [Test]
    public void Timer_ThatFiresLate_EmitsAtOnceAndTheIntervalCountsFromThen()
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<char>();
        var recorder = scheduler.CreateRecorder<char>();
        using var subscription = source.ThrottleLatest(s_interval, scheduler: scheduler).Subscribe(recorder);

        source.OnNext('a');
        source.OnNext('b');
        scheduler.Sleep(100);
        source.OnNext('c'); // takes the place of b; the timer is about to fire
        scheduler.AdvanceBy(20);
        source.OnNext('d');
        scheduler.Start();

        Assert.That(recorder.ToString(), Is.EqualTo("0:a 100:c 130:d"));
    }

    [TestCase(true, 7, "0:a 30:b")]
    [TestCase(true, 29, "0:a 30:b")]
    [TestCase(false, 7, "30:b")]
    public void Timer_ThatFiresEarly_IsArmedForTheRest(bool leading, int early, string expected)
    {
        var scheduler = new TestScheduler();
        var hasty = new UnpunctualScheduler(scheduler) { Early = TimeSpan.FromMilliseconds(early) };
        using var source = new Subject<char>();
        var recorder = scheduler.CreateRecorder<char>();
        using var subscription = source.ThrottleLatest(s_interval, leading, hasty).Subscribe(recorder);

        source.OnNext('a');
        source.OnNext('b');
        scheduler.Start();

        Assert.That(recorder.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void Timer_ThatFiresAFractionOfAMillisecondEarly_IsArmedForAWholeOne()
    {
        var scheduler = new TestScheduler();
        using var source = new Subject<char>();
        var recorder = scheduler.CreateRecorder<char>();
        var slow = new UnpunctualScheduler(scheduler, rate: 0.99);
        using var subscription = source.ThrottleLatest(s_interval, scheduler: slow).Subscribe(recorder);

        source.OnNext('a');
        source.OnNext('b');
        scheduler.Start(); // virtual time refuses fractions

        Assert.That(recorder.ToString(), Is.EqualTo("0:a 31:b"));
    }

    [Test]
    public void Interval_WhenTheThreadThatEmitsHasReadTheTimeBeforeTheOneThatFoundTheValueDue_CountsFromTheLatter()
    {
        var scheduler = new TestScheduler();
        var unpunctual = new UnpunctualScheduler(scheduler);
        using var source = new Subject<char>();
        var recorder = scheduler.CreateRecorder<char>();
        using var subscription = source.ThrottleLatest(s_interval, scheduler: unpunctual).Subscribe(recorder);

        source.OnNext('a');
        scheduler.AdvanceTo(30);
        unpunctual.Readings.Enqueue(30);
        unpunctual.Readings.Enqueue(25);
        source.OnNext('b');
        scheduler.AdvanceTo(57);
        source.OnNext('c');
        scheduler.Start();

        Assert.That(recorder.ToString(), Is.EqualTo("0:a 30:b 60:c"));
    }

    [TestCase(true, -60, "10:a 40:d 70:g 100:j 130:m 160:n")]
    [TestCase(true, +60, "10:a 40:d 70:g 100:j 130:m 160:n")]
    [TestCase(false, +60, "10:a 40:d 50:e 80:h 110:k 140:n", TestName = "the time across the jump is not known")]
    [TestCase(false, -60, "10:a 40:d 80:h 110:k 140:n", TestName = "nor is it when the clock is set back")]
    public void ThrottleLatest_WhenTheWallClockJumps_HoldsNothingBackForLongerThanAnInterval(
        bool hasStopwatch, int jumpMinutes, string expected)
    {
        var scheduler = new TestScheduler();
        var wallClock = new WallClockScheduler(scheduler, hasStopwatch);
        const long begin = 120 * 60_000L;
        var source = scheduler.CreateHot(Marbles.Parse("-abcdefghijklmn").Select(m => m with { At = m.At + begin }));
        scheduler.ScheduleAbsolute(begin + 45, () => wallClock.Offset = TimeSpan.FromMinutes(jumpMinutes));

        var result = scheduler.Record(source.ThrottleLatest(s_interval, scheduler: wallClock));

        var messages = result.Messages.Select(m => m with { At = m.At - begin });
        Assert.That(string.Join(' ', messages), Is.EqualTo(expected));
    }

    [TestCase(-5)]
    [TestCase(-1_001)]
    [TestCase(1_001)]
    public void ThrottleLatest_WhenTheWallClockJumpsWhileAValueWaits_IsAtMostAnIntervalLate(int minutes)
    {
        var scheduler = new TestScheduler();
        var wallClock = new WallClockScheduler(scheduler, hasStopwatch: false);
        scheduler.ScheduleAbsolute(25, () => wallClock.Offset = TimeSpan.FromMinutes(minutes));

        var result = scheduler.Record(scheduler.CreateHot("-ab-----").ThrottleLatest(s_interval, scheduler: wallClock));

        Assert.That(result.Messages, Has.Count.EqualTo(2));
        Assert.That(result.Messages[1].At, Is.InRange(40, 70));
    }
}
