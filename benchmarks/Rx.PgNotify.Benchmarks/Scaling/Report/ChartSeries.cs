namespace Rx.PgNotify.Benchmarks.Scaling.Report;

/// <summary>One line of a chart.</summary>
/// <param name="Name">What stands at its end.</param>
/// <param name="Points">From left to right.</param>
sealed record ChartSeries(string Name, IReadOnlyList<(double X, double Y)> Points);
