using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

[TestFixtureSource(typeof(BurstOperator), nameof(BurstOperator.All))]
public class BurstTimingTests(BurstOperator op)
{
    //        source, 10 ms a character   quiet max  bursts
    [TestCase("-a-----------------------", 30, 80, "40:a", TestName = "one value comes after the quiet spell")]
    [TestCase("-ab-c--------------------", 30, 80, "70:abc", TestName = "each value starts the quiet spell anew")]
    [TestCase("-a--b--------------------", 30, 80, "70:ab", TestName = "a value at the very end of the spell still belongs")]
    [TestCase("-a---b-------------------", 30, 80, "40:a 80:b", TestName = "a value after the spell begins a new burst")]
    [TestCase("-abcdefghijklmn----------", 30, 80, "90:abcdefghi 170:jklmn", TestName = "a long burst is cut at maxWait")]
    [TestCase("-a--b--c--d--------------", 30, 80, "90:abc 130:d", TestName = "maxWait counts from the first value")]
    [TestCase("-a-------b---------------", 80, 80, "90:ab", TestName = "quiet equal to maxWait cuts at maxWait")]
    [TestCase("-(abc)-------------------", 30, 80, "40:abc", TestName = "values of the same moment are one burst")]
    [TestCase("a------------------------", 30, 80, "30:a", TestName = "a value right at the subscription counts")]
    [TestCase("-ab-|", 30, 80, "40:ab 40:|", TestName = "completion flushes the open burst")]
    [TestCase("-a-------|", 30, 80, "40:a 90:|", TestName = "completion with nothing open only completes")]
    [TestCase("|", 30, 80, "0:|", TestName = "an empty source completes at once")]
    [TestCase("-a--|", 30, 80, "40:a 40:|", TestName = "completion at the burst's end emits it once")]
    [TestCase("-ab-#", 30, 80, "40:#failed", TestName = "an error drops the open burst")]
    [TestCase("-a---b-#", 30, 80, "40:a 70:#failed", TestName = "an error does not take back what was emitted")]
    [TestCase("#", 30, 80, "0:#failed", TestName = "an error is passed on at once")]
    [TestCase("-a-b-(cd)-|", 0, 0, "10:a 30:b 50:cd 70:|", TestName = "zero quiet gathers what comes in one moment")]
    [TestCase("-a-b-(cd)-|", 0, 80, "10:a 30:b 50:cd 70:|", TestName = "zero quiet needs no maxWait")]
    [TestCase("-ab-c-----------abcdefghijklmn------ab-|", 30, 80, "70:abc 240:abcdefghi 320:jklmn 390:ab 390:|", TestName = "the picture in docs/operators.md")]
    [TestCase("-------------------------", 30, 80, "", TestName = "no value, no result")]
    public void Burst_OfMarbles_EndsAfterQuietOrMaxWait(string marbles, int quiet, int maxWait, string bursts)
    {
        var scheduler = new TestScheduler();

        var result = scheduler.Record(op.Over(scheduler.CreateHot(marbles), quiet, maxWait, scheduler));

        Assert.That(result.ToString(), Is.EqualTo(op.Expect(bursts)));
    }

    [Test]
    public void Burst_WithoutLimit_WaitsForTheQuietSpell()
    {
        var scheduler = new TestScheduler();
        var source = scheduler.CreateHot(Marbles.Parse("-" + new string('x', 10_000)));

        var result = scheduler.Record(op.Apply(source, TimeSpan.FromMilliseconds(30), TimeSpan.MaxValue, scheduler));

        Assert.That(result.Messages.Select(m => m.At), Is.EqualTo(new[] { 10_000 * 10 + 30 }));
    }

    [Test]
    public void Burst_OverAColdSource_CountsFromEachSubscription()
    {
        var scheduler = new TestScheduler();
        var bursts = op.Over(scheduler.CreateCold(Marbles.Parse("-ab-|")), 30, 80, scheduler);
        var early = scheduler.CreateRecorder<string>();
        var late = scheduler.CreateRecorder<string>();

        bursts.Subscribe(early);
        scheduler.ScheduleAbsolute(1_000, () => bursts.Subscribe(late));
        scheduler.Start();

        Assert.That(early.ToString(), Is.EqualTo(op.Expect("40:ab 40:|")));
        Assert.That(late.ToString(), Is.EqualTo(op.Expect("1040:ab 1040:|")));
    }

    [TestCase(true, 0, -60, "90:abcdefghi 170:jklmn")]
    [TestCase(true, 0, +60, "90:abcdefghi 170:jklmn")]
    [TestCase(false, 0, +60, "70:abcdefg 160:hijklmn")] // seems to have waited for an hour: one burst is cut
    [TestCase(false, 120, -60, "100:abcdefghij 170:klmn")] // the 10 ms across the jump are not known
    [TestCase(false, 0, -60, "100:abcdefghij 140:klmn")] // before the subscription began: bursts last one quiet spell
    public void Burst_WhenTheWallClockJumps_IsNeverHeldBack(
        bool hasStopwatch, int beginMinute, int jumpMinutes, string bursts)
    {
        var scheduler = new TestScheduler();
        var wallClock = new WallClockScheduler(scheduler, hasStopwatch);
        var begin = beginMinute * 60_000L;
        var source = scheduler.CreateHot(
            Marbles.Parse("-abcdefghijklmn").Select(m => m with { At = m.At + begin }));
        scheduler.ScheduleAbsolute(begin + 45, () => wallClock.Offset = TimeSpan.FromMinutes(jumpMinutes));

        var result = scheduler.Record(op.Over(source, 30, 80, wallClock));

        var messages = result.Messages.Select(m => m with { At = m.At - begin });
        Assert.That(string.Join(' ', messages), Is.EqualTo(op.Expect(bursts)));
    }

    [TestCase(-5)]
    [TestCase(1_001)]
    public void Burst_WhenASchedulerWithoutStopwatchJumpsInTheQuietSpell_IsAtMostOneSpellLate(int minutes)
    {
        var scheduler = new TestScheduler();
        var wallClock = new WallClockScheduler(scheduler, hasStopwatch: false);
        scheduler.ScheduleAbsolute(25, () => wallClock.Offset = TimeSpan.FromMinutes(minutes));

        var result = scheduler.Record(op.Over(scheduler.CreateHot("-ab------------"), 30, 80, wallClock));

        Assert.That(result.Messages, Has.Count.EqualTo(1));
        Assert.That(result.Messages[0].At, Is.InRange(40, 80));
    }

    [Test]
    public void Burst_WithoutAScheduler_UsesRealTime()
    {
        var result = op.Apply(
            Observable.Return('a').Concat(Observable.Never<char>()),
            TimeSpan.FromMilliseconds(1),
            TimeSpan.FromMilliseconds(1),
            null);

        Assert.That(result.Timeout(TimeSpan.FromMinutes(2)).FirstAsync().Wait(), Is.EqualTo("a"));
    }
}
