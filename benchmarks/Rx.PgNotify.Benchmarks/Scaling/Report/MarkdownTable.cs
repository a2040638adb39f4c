using System.Globalization;

namespace Rx.PgNotify.Benchmarks.Scaling.Report;

/// <summary>A table whose first column names the rows and whose others are figures.</summary>
sealed class MarkdownTable(params IReadOnlyList<string> columns)
{
    readonly List<string> _rows = [];

    /// <summary>A figure with three digits or more, as people read it.</summary>
    public static string Figure(double value) => value.ToString(
        Math.Abs(value) switch { 0 => "0", < 0.1 => "0.000", < 10 => "0.00", < 100 => "0.0", _ => "#,0" }, CultureInfo.InvariantCulture);

    /// <summary>The median, with the least and the most of it.</summary>
    public static string Range(IReadOnlyCollection<double> values) =>
        values.Count == 1 ? Figure(values.First()) : $"{Figure(Median(values))} ({Figure(values.Min())} to {Figure(values.Max())})";

    public static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }

    public void Add(params IEnumerable<string> cells) => _rows.Add($"| {string.Join(" | ", cells)} |");

    public override string ToString() =>
        string.Join('\n', [$"| {string.Join(" | ", columns)} |", $"|---|{string.Concat(columns.Skip(1).Select(_ => "---:|"))}", .. _rows]);
}
