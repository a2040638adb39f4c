using System.Globalization;
using Rx.PgNotify.Benchmarks.Comparison.Receiving;
using Rx.PgNotify.Benchmarks.Comparison.Workloads;

namespace Rx.PgNotify.Benchmarks.Comparison;

/// <summary>The medians of all rounds with their spread, and how Rx.PgNotify compares, as Markdown.</summary>
sealed class ResultTable
{
    static readonly (ReceiverKind Kind, string Title)[] s_columns =
    [
        (ReceiverKind.Libpq, "C, libpq"),
        (ReceiverKind.SubjectLoop, "`WaitAsync` loop + `Subject`"),
        (ReceiverKind.EventPattern, "`FromEventPattern`"),
        (ReceiverKind.PgListener, "Rx.PgNotify"),
    ];

    readonly Dictionary<(string Figure, ReceiverKind Kind), List<double>> _values = [];
    readonly List<string> _figures = [];

    /// <summary>The first lines of each table.</summary>
    public static string Header
    {
        get
        {
            var titles = string.Concat(s_columns.Select(column => $" {column.Title} |"));
            return $"| |{titles} to the loop | to libpq |\n|---|{string.Concat(s_columns.Select(_ => "---:|"))}---:|---:|";
        }
    }

    public void Add(ReceiverKind kind, IReadOnlyList<Figure> figures)
    {
        foreach (var (name, value) in figures)
        {
            if (!_figures.Contains(name))
                _figures.Add(name);
            if (!_values.TryGetValue((name, kind), out var values))
                _values[(name, kind)] = values = [];
            values.Add(value);
        }
    }

    public IEnumerable<string> Rows(string workload) => _figures
        .Select(figure => $"| {figure} |{string.Concat(s_columns.Select(column => $" {Cell(figure, column.Kind)} |"))}"
            + $" {Ratio(figure, ReceiverKind.SubjectLoop)} | {Ratio(figure, ReceiverKind.Libpq)} |")
        .Prepend($"| **{workload}** |{string.Concat(s_columns.Select(_ => " |"))} | |");

    string Cell(string figure, ReceiverKind kind) =>
        !_values.TryGetValue((figure, kind), out var values) ? "–"
        : values.Count == 1 ? Number(values[0])
        : $"{Number(Median(values))} ({Number(values.Min())} to {Number(values.Max())})";

    string Ratio(string figure, ReceiverKind to) =>
        _values.TryGetValue((figure, ReceiverKind.PgListener), out var ours)
        && _values.TryGetValue((figure, to), out var theirs)
        && Median(ours) >= 0 && Median(theirs) > 0
            ? (Median(ours) / Median(theirs)).ToString("0.00", CultureInfo.InvariantCulture)
            : "–";

    static string Number(double value) => value.ToString(
        Math.Abs(value) switch { < 10 => "0.00", < 100 => "0.0", _ => "#,0" }, CultureInfo.InvariantCulture);

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
