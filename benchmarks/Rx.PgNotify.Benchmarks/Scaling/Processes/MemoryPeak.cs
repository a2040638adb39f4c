using System.Runtime.InteropServices;

namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>The most memory a process had, in bytes.</summary>
/// <param name="WorkingSet">Resident, with the code and everything else.</param>
/// <param name="Heap">Of the garbage collector, with what it has not collected yet.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct MemoryPeak(long WorkingSet, long Heap);
