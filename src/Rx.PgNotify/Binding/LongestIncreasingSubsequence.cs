namespace Rx.PgNotify.Binding;

/// <summary>The longest increasing subsequence by patience sorting, in O(n log n).</summary>
static class LongestIncreasingSubsequence
{
    /// <summary>Which of the numbers belong to one. They all differ, except for negative ones, which belong to none.</summary>
    internal static bool[] Of(ReadOnlySpan<int> numbers)
    {
        // ends[k]: the index of the last number of a subsequence of length k + 1; of all these the one whose last number is smallest.
        var ends = new List<int>(numbers.Length);
        var predecessors = new int[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] < 0)
                continue;
            var length = LengthBelow(numbers[i], ends, numbers);
            predecessors[i] = length > 0 ? ends[length - 1] : -1;
            if (length < ends.Count)
                ends[length] = i;
            else
                ends.Add(i);
        }

        var belongs = new bool[numbers.Length];
        for (var i = ends.Count > 0 ? ends[^1] : -1; i >= 0; i = predecessors[i])
            belongs[i] = true;
        return belongs;
    }

    static int LengthBelow(int number, List<int> ends, ReadOnlySpan<int> numbers)
    {
        var (low, high) = (0, ends.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (numbers[ends[middle]] < number)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
