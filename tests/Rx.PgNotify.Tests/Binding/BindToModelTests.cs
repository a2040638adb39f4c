using System.Collections.ObjectModel;
using System.Reactive.Subjects;
using Rx.PgNotify.TestFixtures;
using Row = Rx.PgNotify.Tests.Binding.SnapshotSequence.Row;

namespace Rx.PgNotify.Tests.Binding;

/// <summary>Random snapshots. On a failure FsCheck prints the seed and the smallest case.</summary>
[WithoutContext]
public class BindToModelTests
{
    [LongTest]
    [FsCheck.NUnit.Property(Arbitrary = [typeof(SnapshotSequence.Arbitrary)], MaxTest = 2_000)]
    public void Collection_AfterAnySnapshot_EqualsItAndSoDoesACopyThatSawOnlyTheEvents(SnapshotSequence sequence)
    {
        var target = new ObservableCollection<Row>(sequence.Snapshots[0]);
        var events = new CollectionEvents<Row>(target);
        using var snapshots = new Subject<Row[]>();
        using var binding = snapshots.BindTo(target, row => row.Key);

        foreach (var snapshot in sequence.Snapshots.Skip(1))
        {
            snapshots.OnNext(snapshot);

            Assert.That(target, Is.EqualTo(snapshot));
            Assert.That(events.Replica, Is.EqualTo(snapshot));
        }
    }

    [FsCheck.NUnit.Property(Arbitrary = [typeof(SnapshotSequence.Arbitrary)], MaxTest = 2_000)]
    public void Events_OfAnySnapshot_AreAsFewAsCanBe(SnapshotSequence sequence)
    {
        var target = new ObservableCollection<Row>(sequence.Snapshots[0]);
        var events = new CollectionEvents<Row>(target);
        using var snapshots = new Subject<Row[]>();
        using var binding = snapshots.BindTo(target, row => row.Key);

        foreach (var (before, after) in sequence.Snapshots.Zip(sequence.Snapshots.Skip(1)))
        {
            events.Clear();
            snapshots.OnNext(after);

            Assert.That(events.Count, Is.EqualTo(FewestEvents(before, after)), events.ToString());
        }
    }

    static int FewestEvents(Row[] before, Row[] after)
    {
        var former = before.Select((row, position) => (row, position)).ToDictionary(old => old.row.Key);
        var common = after.Where(row => former.ContainsKey(row.Key)).ToList();
        var replaced = common.Count(row => former[row.Key].row != row);
        var moved = common.Count - LongestIncrease([.. common.Select(row => former[row.Key].position)]);
        return (before.Length - common.Count) + (after.Length - common.Count) + replaced + moved;
    }

    // The textbook's quadratic way.
    static int LongestIncrease(int[] numbers)
    {
        var longest = new int[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
            longest[i] = 1 + Enumerable.Range(0, i).Where(j => numbers[j] < numbers[i]).Select(j => longest[j]).DefaultIfEmpty().Max();
        return longest.DefaultIfEmpty().Max();
    }
}
