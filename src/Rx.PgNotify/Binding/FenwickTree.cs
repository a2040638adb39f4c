namespace Rx.PgNotify.Binding;

/// <summary>Numbers that can be changed, and whose prefix sums can be computed, in logarithmic time.</summary>
sealed class FenwickTree(int count)
{
    // Counted from 1: element i sums the numbers from i - (i & -i) up to but not including i.
    readonly int[] _sums = new int[count + 1];

    internal void Add(int index, int difference)
    {
        for (var i = index + 1; i < _sums.Length; i += i & -i)
            _sums[i] += difference;
    }

    /// <summary>The sum of the numbers up to and including the one at <paramref name="index"/>.</summary>
    internal int SumThrough(int index)
    {
        var sum = 0;
        for (var i = index + 1; i > 0; i -= i & -i)
            sum += _sums[i];
        return sum;
    }
}
