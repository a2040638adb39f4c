using System.Globalization;

namespace Rx.PgNotify.Binding;

/// <summary>
/// The shortest sequence of edits that turns a list into a snapshot, in O(n log n). Rows are the same when their keys
/// are: one that stays is never removed and inserted again.
/// </summary>
/// <remarks>
/// The fewest rows have to move when those of a longest increasing subsequence of their former positions keep their
/// place; each of the others moves once.
/// </remarks>
static class SnapshotDiff
{
    /// <exception cref="InvalidOperationException">Two rows of the snapshot have the same key, or one has none.</exception>
    internal static List<ListEdit<T>> Between<T, TKey>(
        IReadOnlyList<T> current,
        IReadOnlyList<T> snapshot,
        Func<T, TKey> keySelector,
        IEqualityComparer<TKey> keyComparer,
        IEqualityComparer<T> valueComparer)
        where TKey : notnull
    {
        var edits = new List<ListEdit<T>>();
        var origins = RemoveMissing(current, PositionsByKey(snapshot, keySelector, keyComparer), keySelector, edits);
        MoveAndInsert(current.Count, snapshot, origins, edits);
        for (var i = 0; i < snapshot.Count; i++)
        {
            if (origins[i] >= 0 && !valueComparer.Equals(current[origins[i]], snapshot[i]))
                edits.Add(ListEdit<T>.Replace(i, snapshot[i]));
        }

        return edits;
    }

    // The messages give positions and no keys: a key may be as confidential as its row.
    static Dictionary<TKey, int> PositionsByKey<T, TKey>(
        IReadOnlyList<T> snapshot, Func<T, TKey> keySelector, IEqualityComparer<TKey> comparer)
        where TKey : notnull
    {
        var positions = new Dictionary<TKey, int>(snapshot.Count, comparer);
        for (var i = 0; i < snapshot.Count; i++)
        {
            var key = keySelector(snapshot[i]);
            if (key is null)
                throw Invalid($"The row at position {i} of a snapshot has null as its key.");
            if (!positions.TryAdd(key, i))
                throw Invalid($"The rows at positions {positions[key]} and {i} of a snapshot have the same key; a key must be unique.");
        }

        return positions;
    }

    /// <returns>For each row of the snapshot where it is in the current list; -1 if it isn't.</returns>
    static int[] RemoveMissing<T, TKey>(
        IReadOnlyList<T> current, Dictionary<TKey, int> positions, Func<T, TKey> keySelector, List<ListEdit<T>> edits)
        where TKey : notnull
    {
        var origins = new int[positions.Count];
        Array.Fill(origins, -1);
        // From the end, so that a removal shifts no row that is still to be looked at.
        for (var i = current.Count - 1; i >= 0; i--)
        {
            // A row without a key is removed as well: the snapshot has none.
            if (keySelector(current[i]) is { } key && positions.TryGetValue(key, out var position) && origins[position] < 0)
                origins[position] = i;
            else
                edits.Add(ListEdit<T>.Remove(i));
        }

        return origins;
    }

    static void MoveAndInsert<T>(int count, IReadOnlyList<T> snapshot, int[] origins, List<ListEdit<T>> edits)
    {
        var stays = LongestIncreasingSubsequence.Of(origins);
        // The number of rows in each slot. Slot 0 is the front of the list. Slot o + 1 holds the row that was at o, until that row is
        // moved away; and, if that row stays, the rows that are placed between it and the next one that stays.
        var slots = new FenwickTree(count + 1);
        foreach (var origin in origins)
        {
            if (origin >= 0)
                slots.Add(origin + 1, 1);
        }

        var slot = 0;
        for (var i = 0; i < snapshot.Count; i++)
        {
            var origin = origins[i];
            if (stays[i])
            {
                slot = origin + 1;
                continue;
            }

            if (origin < 0)
            {
                edits.Add(ListEdit<T>.Insert(slots.SumThrough(slot), snapshot[i]));
            }
            else
            {
                slots.Add(origin + 1, -1);
                edits.Add(ListEdit<T>.Move(slots.SumThrough(origin), slots.SumThrough(slot)));
            }

            slots.Add(slot, 1);
        }
    }

    static InvalidOperationException Invalid(FormattableString message) =>
        new(message.ToString(CultureInfo.InvariantCulture));
}
