using FsCheck;
using FsCheck.Fluent;

namespace Rx.PgNotify.Tests.Binding;

/// <summary>What a collection holds at first, and the snapshots that follow.</summary>
public sealed record SnapshotSequence(SnapshotSequence.Row[][] Snapshots)
{
    public override string ToString() => string.Join("; ", Snapshots.Select(s => $"[{string.Join(' ', s)}]"));

    public sealed record Row(int Key, int Version)
    {
        public override string ToString() => $"{Key}{new string('\'', Version)}";
    }

    public static class Arbitrary
    {
        public static Arbitrary<SnapshotSequence> Sequences()
        {
            var keys =
                from subset in Gen.SubListOf(Enumerable.Range(0, 14))
                from shuffled in Gen.Shuffle(subset.ToArray())
                from order in Gen.Elements(
                    shuffled.ToArray(),
                    [.. subset.Order()],
                    [.. subset.OrderDescending()],
                    [.. subset.Order().Skip(3), .. subset.Order().Take(3)],
                    [.. shuffled.Take(2), .. subset.Order().Except(shuffled.Take(2))])
                select order;
            var snapshot =
                from order in keys
                from versions in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(0, 2))).ArrayOf(order.Length)
                select order.Zip(versions, (key, version) => new Row(key, version)).ToArray();
            var sequence =
                from count in Gen.Choose(2, 6)
                from snapshots in snapshot.ArrayOf(count)
                select new SnapshotSequence(snapshots);
            return Arb.From(sequence, Shrink);
        }

        static IEnumerable<SnapshotSequence> Shrink(SnapshotSequence sequence)
        {
            var snapshots = sequence.Snapshots;
            for (var i = 0; i < snapshots.Length && snapshots.Length > 2; i++)
                yield return new(Without(snapshots, i));
            for (var i = 0; i < snapshots.Length; i++)
            {
                for (var row = 0; row < snapshots[i].Length; row++)
                {
                    var smaller = snapshots.ToArray();
                    smaller[i] = Without(snapshots[i], row);
                    yield return new(smaller);
                }
            }
        }

        static T[] Without<T>(T[] items, int index) => [.. items[..index], .. items[(index + 1)..]];
    }
}
