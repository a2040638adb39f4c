using FsCheck;
using FsCheck.Fluent;

namespace Rx.PgNotify.Tests.Delivery;

/// <summary>
/// What happens to a buffer, step by step. The cursor of a step is one of those that are there, counted around: its place in the list of
/// them is <see cref="BufferStep.Cursor"/> modulo their number.
/// </summary>
public sealed record BufferScript(int Capacity, BufferStep[] Steps)
{
    public override string ToString() => $"capacity {Capacity}: {string.Join(' ', Steps.Select(step => step.ToString()))}";

    public static class Arbitrary
    {
        public static Arbitrary<BufferScript> Scripts()
        {
            // More is stored than read, so that cursors are overrun, and few cursors are at very different places.
            var step =
                from kind in Gen.Elements('+', '-', 's', 's', 's', 's', 'l', 'r', 'g', 'g', 'g', 'o')
                from cursor in Gen.Choose(0, 5)
                from count in Gen.OneOf(Gen.Choose(1, 4), Gen.Choose(1, 40))
                select new BufferStep(kind, cursor, count);
            var script =
                from capacity in Gen.OneOf(Gen.Choose(1, 8), Gen.Choose(9, 50))
                from steps in step.ArrayOf()
                select new BufferScript(capacity, steps);
            return Arb.From(script, s =>
                from i in Enumerable.Range(0, s.Steps.Length)
                select s with { Steps = [.. s.Steps.Where((_, n) => n != i)] });
        }
    }
}
