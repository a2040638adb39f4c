using System.Collections.ObjectModel;
using System.Collections.Specialized;

namespace Rx.PgNotify.Tests.Binding;

/// <summary>The events of a collection as text, and a copy that is kept up to date by nothing else than them.</summary>
sealed class CollectionEvents<T>
{
    readonly List<string> _events = [];
    readonly List<T> _replica;

    public CollectionEvents(ObservableCollection<T> collection)
    {
        _replica = [.. collection];
        collection.CollectionChanged += (_, e) => OnChanged(e);
    }

    public int Count => _events.Count;

    public IReadOnlyList<T> Replica => _replica;

    public void Clear() => _events.Clear();

    /// <summary>Such as <c>+0:a</c> (inserted), <c>-1:b</c> (removed), <c>3>0:c</c> (moved), <c>2:d=D</c> (replaced).</summary>
    public override string ToString() => string.Join(' ', _events);

    void OnChanged(NotifyCollectionChangedEventArgs e)
    {
        var (before, after) = (e.OldStartingIndex, e.NewStartingIndex);
        if (e.OldItems is [T old])
        {
            Assert.That(_replica[before], Is.EqualTo(old), "the row the event says was there");
            _replica.RemoveAt(before);
        }

        if (e.NewItems is [T row])
            _replica.Insert(after, row);
        _events.Add(e.Action switch
        {
            NotifyCollectionChangedAction.Add => $"+{after}:{e.NewItems![0]}",
            NotifyCollectionChangedAction.Remove => $"-{before}:{e.OldItems![0]}",
            NotifyCollectionChangedAction.Move => $"{before}>{after}:{e.NewItems![0]}",
            NotifyCollectionChangedAction.Replace => $"{before}:{e.OldItems![0]}={e.NewItems![0]}",
            _ => "reset",
        });
    }
}
