using System.Collections.ObjectModel;
using System.Reactive.Subjects;

namespace Rx.PgNotify.Tests.Binding;

[WithoutContext]
public class BindToSizeTests
{
    const int Count = 10_000;

    [Test]
    public void TenReplacements_InTenThousandRows_RaiseTenEvents()
    {
        var rows = Rows();
        var changed = rows.ToList();
        for (var i = 0; i < 10; i++)
            changed[i * 997] = new Row(changed[i * 997].Id, "changed");

        AssertTenEvents(rows, changed);
    }

    [Test]
    public void TenMixedChanges_InTenThousandRows_RaiseTenEvents()
    {
        var rows = Rows();
        var changed = rows.ToList();
        changed[4_000] = new Row(changed[4_000].Id, "changed");
        changed[9_999] = new Row(changed[9_999].Id, "changed");
        (changed[100], changed[9_000]) = (changed[9_000], changed[100]);
        changed.Insert(50, changed[7_000]);
        changed.RemoveAt(7_001);
        changed.RemoveRange(2_000, 3);
        changed.Insert(0, new Row(Count, "new"));
        changed.Insert(5_000, new Row(Count + 1, "new"));

        AssertTenEvents(rows, changed);
    }

    static void AssertTenEvents(List<Row> rows, List<Row> changed)
    {
        var target = new ObservableCollection<Row>(rows);
        var events = new CollectionEvents<Row>(target);
        var keys = 0;
        using var snapshots = new Subject<List<Row>>();
        using var binding = snapshots.BindTo(target, row =>
        {
            keys++;
            return row.Id;
        });
        Row.Comparisons = 0;

        snapshots.OnNext(changed);

        Assert.That(Row.Comparisons, Is.LessThanOrEqualTo(Count), "no row is searched for by comparing it with the others");
        Assert.That(keys, Is.LessThanOrEqualTo(rows.Count + changed.Count));
        Assert.That(events.Count, Is.EqualTo(10), events.ToString());
        Assert.That(target, Is.EqualTo(changed));
    }

    static List<Row> Rows() => [.. Enumerable.Range(0, Count).Select(id => new Row(id, "as it was"))];

    sealed class Row(int id, string text) : IEquatable<Row>
    {
        public static int Comparisons { get; set; }

        public int Id => id;

        string Text => text;

        public bool Equals(Row? other)
        {
            Comparisons++;
            return other is not null && other.Id == id && other.Text == text;
        }

        public override bool Equals(object? obj) => Equals(obj as Row);

        public override int GetHashCode() => id;

        public override string ToString() => $"{id}";
    }
}
