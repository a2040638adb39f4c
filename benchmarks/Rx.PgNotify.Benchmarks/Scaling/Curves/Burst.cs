using System.Runtime.InteropServices;
using Rx.PgNotify.Benchmarks.Scaling.Processes;

namespace Rx.PgNotify.Benchmarks.Scaling.Curves;

/// <summary>What became of a burst.</summary>
/// <param name="Seconds">From when its COMMIT had returned until the last one had arrived, or was reported as dropped.</param>
/// <param name="Dropped">How many were.</param>
/// <param name="Receiver">Its memory.</param>
/// <param name="Bridge">Its memory, if there is one.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct Burst(double Seconds, long Dropped, MemoryPeak Receiver, MemoryPeak Bridge);
