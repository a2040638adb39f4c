using System.Runtime.InteropServices;

namespace Rx.PgNotify.Benchmarks.Scaling.Curves;

/// <summary>What senders reached, and what became of it.</summary>
/// <param name="CommitsPerSecond">All senders together.</param>
/// <param name="Lag">From the last commit until every receiver had everything.</param>
/// <param name="Received">By all subscribers.</param>
/// <param name="Dropped">That subscribers have learnt of as dropped, or that never came.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct Throughput(double CommitsPerSecond, TimeSpan Lag, long Received, long Dropped);
