namespace Rx.PgNotify.Benchmarks.Scaling.Report;

/// <summary>What was measured, to be read and to be seen.</summary>
/// <param name="Name">Of the curve, and of its chart's file.</param>
/// <param name="Text">On what machine, how, and what the figures say in one sentence.</param>
/// <param name="Table">The figures, as Markdown.</param>
/// <param name="Chart">The figures, drawn.</param>
sealed record CurveReport(string Name, string Text, MarkdownTable Table, LineChart Chart);
