using System.Runtime.InteropServices;

namespace Rx.PgNotify;

/// <summary>The open burst as its latest value per key, in the order in which the keys first came.</summary>
/// <remarks>
/// <para>
/// The key selector and the comparer are foreign code, which must not run under a sink's lock. So a value comes in two
/// steps: <see cref="Find"/>, outside the lock, works out which place in the burst's list is the value's, and
/// <see cref="Add"/>, under it, only puts it there. <see cref="Take"/> may come between the two.
/// </para>
/// <para>
/// Invariant: a burst's list and its places are changed by the source's calls only, which are serial, and only while it
/// is the open one; <see cref="Take"/> changes nothing but which burst that is. Between the source's calls the places
/// are those of all values in the list, except when <see cref="Take"/> came between the two steps: then the list has
/// just this one value, no places, and <see cref="Find"/> makes up for it when it comes next.
/// </para>
/// </remarks>
sealed class LatestByKey<T, TKey>(Func<T, TKey> keySelector, IEqualityComparer<TKey>? comparer)
{
    volatile Burst _open = new(comparer);
    ValueTuple<TKey> _key;
    int _place;

    /// <summary>The first step. Called by the source, outside the lock. Throws what the foreign code throws.</summary>
    internal void Find(T value)
    {
        var key = ValueTuple.Create(keySelector(value));
        var burst = _open;
        if (burst.Places.Count < burst.Values.Count)
            burst.Places.Add(_key, 0);
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(burst.Places, key, out var known);
        if (!known)
            place = burst.Places.Count - 1;
        _place = place;
        _key = key;
    }

    /// <summary>The second step, under the lock.</summary>
    internal void Add(T value)
    {
        var values = _open.Values;
        if (_place < values.Count)
            values[_place] = value;
        else
            values.Add(value); // the key's first value, or the first one of a burst that Find has not seen
    }

    /// <summary>The open burst's list, which is the caller's now; the next burst is open. Under the lock.</summary>
    internal List<T> Take()
    {
        var values = _open.Values;
        _open = new Burst(comparer);
        return values;
    }

    sealed class Burst(IEqualityComparer<TKey>? comparer)
    {
        internal List<T> Values { get; } = [];

        internal Dictionary<ValueTuple<TKey>, int> Places { get; } =
            new(comparer is null ? null : new KeyComparer<TKey>(comparer));
    }
}
