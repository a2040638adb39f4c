namespace Rx.PgNotify.Benchmarks.Comparison.Workloads;

/// <summary>One measured value; smaller is better.</summary>
/// <param name="Name">What it is, and its unit.</param>
/// <param name="Value">How much, in that unit.</param>
readonly record struct Figure(string Name, double Value);
