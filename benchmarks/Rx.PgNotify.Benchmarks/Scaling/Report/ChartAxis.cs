namespace Rx.PgNotify.Benchmarks.Scaling.Report;

/// <summary>One axis of a chart.</summary>
/// <param name="Label">What it counts, with the unit.</param>
/// <param name="IsLogarithmic">Whether equal distances are equal ratios. A linear axis begins with 0.</param>
/// <param name="Ticks">The values to mark, which then also bound the axis; <see langword="null"/> for round ones.</param>
sealed record ChartAxis(string Label, bool IsLogarithmic = false, IReadOnlyList<double>? Ticks = null)
{
    const int MostTicks = 6;

    /// <summary>Where the values lie between two positions.</summary>
    public ChartScale Fit(IEnumerable<double> values, double from, double to)
    {
        var ticks = Ticks ?? (IsLogarithmic ? Powers([.. values]) : RoundSteps(values.Max()));
        return new ChartScale(this, ticks, from, to);
    }

    static List<double> Powers(IReadOnlyCollection<double> values)
    {
        var (first, last) = ((int)Math.Floor(Math.Log10(values.Min())), (int)Math.Ceiling(Math.Log10(values.Max())));
        return [.. Enumerable.Range(first, Math.Max(1, last - first) + 1).Select(power => Math.Pow(10, power))];
    }

    static List<double> RoundSteps(double most)
    {
        var step = Math.Pow(10, Math.Floor(Math.Log10(most)));
        step = new[] { 0.1, 0.2, 0.25, 0.5, 1, 2 }.Select(part => part * step).First(candidate => Math.Ceiling(most / candidate) < MostTicks);
        return [.. Enumerable.Range(0, (int)Math.Ceiling(most / step) + 1).Select(n => n * step)];
    }
}
