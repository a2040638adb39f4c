using FsCheck;
using FsCheck.Fluent;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>A random case of a source and an operator's times, in milliseconds.</summary>
public sealed record Timeline(int[] Gaps, int Quiet, int Slack, int Tail, char End)
{
    public int MaxWait => Quiet + Slack;

    public IReadOnlyList<(long At, char Value)> Values
    {
        get
        {
            var at = 0L;
            return [.. Gaps.Select((gap, i) => (at += gap, (char)('a' + (i % 26))))];
        }
    }

    public long EndAt => Gaps.Sum() + Tail;

    public override string ToString() =>
        $"gaps [{string.Join(' ', Gaps)}] quiet {Quiet} maxWait {MaxWait} then {End} after {Tail}";

    public static class Arbitrary
    {
        public static Arbitrary<Timeline> Timelines()
        {
            // Gaps around the quiet spell matter most, and so do several values at one moment.
            var timeline =
                from quiet in Gen.Choose(0, 12)
                from slack in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 40))
                from gaps in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 4), Gen.Choose(quiet, quiet + 2)).ArrayOf()
                from tail in Gen.Choose(0, 30)
                from end in Gen.Elements('|', '|', '#')
                select new Timeline(gaps, quiet, slack, tail, end);
            return Arb.From(timeline, t =>
                from i in Enumerable.Range(0, t.Gaps.Length)
                select t with { Gaps = [.. t.Gaps.Where((_, n) => n != i)] });
        }
    }
}
