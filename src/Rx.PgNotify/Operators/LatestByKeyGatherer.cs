using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Rx.PgNotify.Operators;

/// <summary>
/// Keeps the latest value of each key, in the order in which the keys first came; of signals also every Resync, united to
/// one for each channel, in front of them. A Resync has no key.
/// </summary>
/// <remarks>
/// <para>
/// The key selector and the comparer are foreign code, which must not run under a sink's lock. So a value comes in two
/// steps: <see cref="Prepare"/>, outside the lock, works out which place in the burst's list is the value's, and
/// <see cref="Add"/>, under it, only puts it there. <see cref="TryTake"/> may come between the two.
/// </para>
/// <para>
/// Invariant: a burst's list and its places are changed by the source's calls only, which are serial, and only while it
/// is the open one; <see cref="TryTake"/> changes nothing but which burst that is. Between the source's calls the places
/// are those of all values in the list, except when <see cref="TryTake"/> came between the two steps: then the list has
/// just this one value, no places, and <see cref="Prepare"/> makes up for it when it comes next.
/// </para>
/// </remarks>
sealed class LatestByKeyGatherer<T, TKey>(Func<T, TKey> keySelector, IEqualityComparer<TKey>? comparer)
    : IGatherer<T, IReadOnlyList<T>>
{
    readonly ResyncSet<T>? _resyncs = ResyncSet<T>.Create();
    volatile Burst _open = new(comparer);
    ValueTuple<TKey> _key;
    int _place;

    /// <remarks>Throws what the foreign code throws.</remarks>
    public void Prepare(T value)
    {
        if (ResyncAccess<T>.Instance?.TryRead(value, out _) == true)
            return;
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

    public void Add(T value)
    {
        if (_resyncs?.TryAdd(value) == true)
            return;
        var values = _open.Values;
        if (_place < values.Count)
            values[_place] = value;
        else
            values.Add(value); // the key's first value, or the first one of a burst that Prepare has not seen
    }

    public bool TryTake([MaybeNullWhen(false)] out IReadOnlyList<T> result)
    {
        var values = _open.Values;
        if (_resyncs is { IsEmpty: false })
        {
            List<T> all = [];
            while (_resyncs.TryTake(out var resync))
                all.Add(resync);
            all.AddRange(values);
            result = all;
        }
        else
            result = values;

        if (values.Count > 0)
            _open = new Burst(comparer);
        return result.Count > 0;
    }

    sealed class Burst(IEqualityComparer<TKey>? comparer)
    {
        internal List<T> Values { get; } = [];

        internal Dictionary<ValueTuple<TKey>, int> Places { get; } =
            new(comparer is null ? null : new KeyComparer<TKey>(comparer));
    }
}
