using Rx.PgNotify.Benchmarks.Scaling.Report;

namespace Rx.PgNotify.Benchmarks.Scaling.Curves;

/// <summary>Something that grows, and what it costs.</summary>
abstract class Curve
{
    /// <summary>In the order of the page.</summary>
    public static IReadOnlyList<Curve> All { get; } =
    [
        new ThroughputCurve(
            "listeners", "Commits per second over listening processes",
            new ChartAxis("listening processes", Ticks: [1, 20, 100, 400]), n => new Load(Receivers: n)),
        new LatencyCurve(),
        new BurstCurve(),
        new WritesCurve(),
        new ThroughputCurve(
            "channels", "Commits per second over channels that one process listens to",
            new ChartAxis("channels", IsLogarithmic: true, [1, 100, 1_000, 10_000]), n => new Load(Channels: n)),
        new ThroughputCurve(
            "subscribers", "Commits per second over subscribers of one channel in one process",
            new ChartAxis("subscribers", IsLogarithmic: true, [1, 100, 10_000]), n => new Load(Subscribers: n)),
        new ThroughputCurve(
            "payload", "Commits per second over the length of the payload",
            new ChartAxis("bytes", IsLogarithmic: true, [8, 512, 7_999]), n => new Load(Bytes: n)),
    ];

    /// <summary>One word.</summary>
    public abstract string Name { get; }

    public abstract Task<CurveReport> MeasureAsync(ScaleOptions options);

    /// <summary>What is going on, for who waits.</summary>
    private protected void Say(FormattableString progress) => Console.Error.WriteLine(FormattableString.Invariant($"{Name}: ") + FormattableString.Invariant(progress));
}
