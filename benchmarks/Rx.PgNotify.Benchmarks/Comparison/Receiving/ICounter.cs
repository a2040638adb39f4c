namespace Rx.PgNotify.Benchmarks.Comparison.Receiving;

/// <summary>Counts down to the last one.</summary>
interface ICounter
{
    /// <param name="count">How many are to come.</param>
    /// <param name="times">Where it notes when each comes; <see langword="null"/> for nowhere.</param>
    void Expect(int count, long[]? times);
}
