namespace Rx.PgNotify.Benchmarks.Scaling.Report;

/// <summary>An axis laid along a line: where each value is, and what is marked.</summary>
sealed class ChartScale(ChartAxis axis, IReadOnlyList<double> ticks, double from, double to)
{
    public IReadOnlyList<double> Ticks => ticks;

    public double At(double value) => from + (Share(value) * (to - from));

    double Share(double value) => (Position(value) - Position(ticks[0])) / (Position(ticks[^1]) - Position(ticks[0]));

    double Position(double value) => axis.IsLogarithmic ? Math.Log10(value) : value;
}
