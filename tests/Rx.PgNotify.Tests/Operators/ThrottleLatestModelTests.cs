using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>
/// Random timelines, whose quiet spell is the interval, against <see cref="ThrottleModel"/> and against what the operator
/// promises. On a failure FsCheck prints the seed and the smallest case.
/// </summary>
public class ThrottleLatestModelTests
{
    [FsCheck.NUnit.Property(Arbitrary = [typeof(Timeline.Arbitrary)], MaxTest = 1_000)]
    public void ThrottleLatest_OfAnyTimeline_IsWhatTheModelSays(Timeline timeline, bool leading) => Assert.That(
        Throttled(timeline, leading).ToString(),
        Is.EqualTo(ThrottleModel.Emissions(timeline.Values, timeline.Quiet, leading, timeline.EndAt, timeline.End)));

    [FsCheck.NUnit.Property(Arbitrary = [typeof(Timeline.Arbitrary)], MaxTest = 1_000)]
    public void ThrottleLatest_OfAnyTimeline_IsNeverTooOftenNorTooLateNorStale(Timeline timeline, bool leading)
    {
        var emissions = Throttled(timeline, leading).Messages.Where(m => m.Message.HasValue).ToList();

        var timed = emissions.Where(e => e.At != timeline.EndAt).Select(e => e.At).ToList();
        Assert.That(timed.Zip(timed.Skip(1), (a, b) => b - a), Is.All.GreaterThanOrEqualTo(timeline.Quiet), "too often");
        foreach (var (at, _) in timeline.Values)
        {
            var isLate = timeline.EndAt > at + timeline.Quiet || timeline.End == '|';
            Assert.That(!isLate || emissions.Any(e => e.At >= at && e.At <= at + timeline.Quiet), Is.True, $"{at} too late");
        }

        foreach (var (at, message) in emissions)
        {
            var latest = timeline.Values.Where(v => v.At == at || v.At < at).ToList();
            Assert.That(
                latest.Where(v => v.At == at).Append(latest.LastOrDefault(v => v.At < at)).Select(v => v.Value),
                Does.Contain(message.Value), "stale");
        }
    }

    static Recorder<char> Throttled(Timeline timeline, bool leading)
    {
        var scheduler = new TestScheduler();
        var source = scheduler.CreateHot(timeline.Values
            .Select(v => Recorded.OnNext(v.At, v.Value))
            .Append(timeline.End == '|'
                ? Recorded.OnCompleted<char>(timeline.EndAt)
                : Recorded.OnError<char>(timeline.EndAt, new InvalidOperationException("failed"))));
        return scheduler.Record(source.ThrottleLatest(TimeSpan.FromMilliseconds(timeline.Quiet), leading, scheduler));
    }
}
