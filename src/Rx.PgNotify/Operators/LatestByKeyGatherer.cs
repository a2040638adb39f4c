using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Rx.PgNotify.Operators;

/// <summary>
/// Keeps the latest value of each key, in the order in which the keys first came; of signals also every Resync, united to
/// one for each channel, in front of them. A Resync has no key.
/// </summary>
/// <remarks>
/// <para>
/// The key selector and the comparer are foreign code, which must not run under the sink's lock. So a value is added in two steps:
/// <see cref="Prepare"/>, without the lock, looks up the index of its key in the list; <see cref="Add"/>, under the lock, stores the
/// value at that index.
/// </para>
/// <para>
/// <see cref="TryTake"/> may come between the two, from another thread, and takes the list that was looked up. <see cref="Add"/> then
/// puts the value into the new, empty list, in which its key is not indexed yet: the next <see cref="Prepare"/> makes up for that.
/// </para>
/// <para>
/// Invariant: a list and its index are changed only by the source's calls, which are serial, and only while they are the current ones;
/// <see cref="TryTake"/> does nothing but replace them. Between the source's calls the keys of all values in the list are indexed,
/// except in that one case, when the list has just this one value.
/// </para>
/// </remarks>
sealed class LatestByKeyGatherer<T, TKey>(Func<T, TKey> keySelector, IEqualityComparer<TKey>? comparer)
    : IGatherer<T, IReadOnlyList<T>>
{
    readonly ResyncSet<T>? _resyncs = ResyncSet<T>.Create();
    volatile KeyedList _current = new(comparer);

    // Of the value that was prepared last. Used by the source's calls only.
    ValueTuple<TKey> _key;
    int _index;

    /// <remarks>Throws what the foreign code throws.</remarks>
    public void Prepare(T value)
    {
        if (ResyncAccess<T>.Instance?.TryRead(value, out _) == true)
            return;
        var key = ValueTuple.Create(keySelector(value));
        var list = _current;
        if (list.Indexes.Count < list.Values.Count)
            list.Indexes.Add(_key, 0);
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(list.Indexes, key, out var isKnown);
        if (!isKnown)
            index = list.Indexes.Count - 1;
        _index = index;
        _key = key;
    }

    public void Add(T value)
    {
        if (_resyncs?.TryAdd(value) == true)
            return;
        var values = _current.Values;
        if (_index < values.Count)
            values[_index] = value;
        else
            values.Add(value); // the key's first value, or the first one of a list that is newer than the index
    }

    public bool TryTake([MaybeNullWhen(false)] out IReadOnlyList<T> result)
    {
        var values = _current.Values;
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
            _current = new KeyedList(comparer);
        return result.Count > 0;
    }

    /// <summary>Values in the order in which their keys came, and where the value of each key is.</summary>
    sealed class KeyedList(IEqualityComparer<TKey>? comparer)
    {
        internal List<T> Values { get; } = [];

        internal Dictionary<ValueTuple<TKey>, int> Indexes { get; } =
            new(comparer is null ? null : new KeyComparer<TKey>(comparer));
    }
}
