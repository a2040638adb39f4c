using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Random timelines against <see cref="BurstModel"/>. On a failure FsCheck prints the seed and the smallest case.</summary>
[TestFixtureSource(typeof(BurstOperator), nameof(BurstOperator.All))]
public class BurstModelTests(BurstOperator op)
{
    [FsCheck.NUnit.Property(Arbitrary = [typeof(Timeline.Arbitrary)], MaxTest = 500)]
    public void Burst_OfAnyTimeline_IsWhatTheModelSays(Timeline timeline)
    {
        var scheduler = new TestScheduler();
        var source = scheduler.CreateHot(timeline.Values
            .Select(v => Recorded.OnNext(v.At, v.Value))
            .Append(timeline.End == '|'
                ? Recorded.OnCompleted<char>(timeline.EndAt)
                : Recorded.OnError<char>(timeline.EndAt, new InvalidOperationException("failed"))));

        var result = scheduler.Record(op.Over(source, timeline.Quiet, timeline.MaxWait, scheduler));

        var bursts = BurstModel.Bursts(timeline.Values, timeline.Quiet, timeline.MaxWait, timeline.EndAt, timeline.End);
        Assert.That(result.ToString(), Is.EqualTo(op.Expect(bursts)));
    }
}
