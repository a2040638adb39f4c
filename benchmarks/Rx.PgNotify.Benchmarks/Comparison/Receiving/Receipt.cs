namespace Rx.PgNotify.Benchmarks.Comparison.Receiving;

/// <summary>What a receiver tells of the notifications it was to get.</summary>
/// <param name="LastAt">When the last one arrived, in nanoseconds of the monotonic clock.</param>
/// <param name="Cpu">CPU time of its process meanwhile, in nanoseconds.</param>
/// <param name="Bytes">What it allocated meanwhile.</param>
/// <param name="Times">When each of them arrived, if that was asked for.</param>
sealed record Receipt(long LastAt, long Cpu, long Bytes, IReadOnlyList<long> Times);
