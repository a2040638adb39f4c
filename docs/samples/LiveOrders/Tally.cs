using System.Collections.Specialized;

namespace LiveOrders;

/// <summary>How often each kind of event was raised.</summary>
sealed record Tally(int Inserted, int Removed, int Replaced, int Moved)
{
    internal static readonly Tally None = new(0, 0, 0, 0);

    internal Tally Plus(NotifyCollectionChangedAction action) => action switch
    {
        NotifyCollectionChangedAction.Add => this with { Inserted = Inserted + 1 },
        NotifyCollectionChangedAction.Remove => this with { Removed = Removed + 1 },
        NotifyCollectionChangedAction.Replace => this with { Replaced = Replaced + 1 },
        NotifyCollectionChangedAction.Move => this with { Moved = Moved + 1 },
        _ => this,
    };

    public override string ToString() => $"{Inserted} inserted, {Removed} removed, {Replaced} replaced, {Moved} moved";
}
