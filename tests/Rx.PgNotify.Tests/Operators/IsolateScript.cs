using FsCheck;
using FsCheck.Fluent;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>
/// An interleaving of a source and a thread: in <paramref name="Steps"/> <c>p</c> is a value and <c>t</c> the thread
/// coming by, <paramref name="Inside"/> how many values come while the observer is in its first, second … OnNext.
/// <paramref name="End"/> is completion, an error or disposal (<c>x</c>). <paramref name="Seed"/> varies the values.
/// </summary>
public sealed record IsolateScript(int Capacity, string Steps, int[] Inside, char End, int Seed)
{
    public override string ToString() =>
        $"capacity {Capacity} steps {Steps} inside [{string.Join(' ', Inside)}] then {End} seed {Seed}";

    public static class Arbitrary
    {
        public static Arbitrary<IsolateScript> Scripts()
        {
            var script =
                from capacity in Gen.OneOf(Gen.Choose(1, 6), Gen.Choose(31, 50))
                from steps in Gen.Elements('p', 'p', 'p', 't').ArrayOf()
                from inside in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 9), Gen.Choose(0, 2 * capacity)).ArrayOf()
                from end in Gen.Elements('|', '|', '#', 'x')
                from seed in Gen.Choose(0, int.MaxValue)
                select new IsolateScript(capacity, new string(steps), inside, end, seed);
            return Arb.From(script, s =>
                Enumerable.Range(0, s.Steps.Length).Select(i => s with { Steps = s.Steps.Remove(i, 1) })
                    .Concat(Enumerable.Range(0, s.Inside.Length).Select(i => s with { Inside = [.. s.Inside.Where((_, n) => n != i)] })));
        }
    }
}
