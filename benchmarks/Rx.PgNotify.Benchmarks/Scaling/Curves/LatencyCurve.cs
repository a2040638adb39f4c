using System.Globalization;
using Rx.PgNotify.Benchmarks.Scaling.Report;

namespace Rx.PgNotify.Benchmarks.Scaling.Curves;

/// <summary>How long a single notification takes, on lines that are idle before each.</summary>
sealed class LatencyCurve : Curve
{
    // With a third of them p99 would be made of nine, and another one in each run.
    const int NotificationsASecond = 1_000;
    const int PauseMicroseconds = 2_000;
    const int WarmUpRounds = 2;

    static readonly double[] s_quantiles = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

    public override string Name => "latency";

    public override async Task<CurveReport> MeasureAsync(ScaleOptions options)
    {
        await using var stage = await Stage.StartAsync(isPinned: false, receivingProcesses: 1);
        await stage.Direct.JoinAsync(new Load());
        await stage.Bridged.JoinAsync(new Load());
        var (direct, bridged) = (new List<double[]>(), new List<double[]>());
        // Both stay connected and take turns. The first rounds warm up.
        for (var round = -WarmUpRounds; round < options.Rounds; round++)
        {
            var (a, b) = (await LatenciesAsync(stage.Direct, options), await LatenciesAsync(stage.Bridged, options));
            Say($"round {round}: p50 {At(a, 0.5):0} and {At(b, 0.5):0} µs, p99 {At(a, 0.99):0} and {At(b, 0.99):0} µs");
            if (round < 0)
                continue;
            direct.Add(a);
            bridged.Add(b);
        }

        await stage.Direct.LeaveAsync();
        await stage.Bridged.LeaveAsync();
        var text = string.Create(CultureInfo.InvariantCulture, $"""
            {stage.Environs}; nothing is pinned. From the moment when COMMIT is sent until the observer is called; {NotificationsASecond * options.Seconds:N0} single notifications a round with {PauseMicroseconds / 1000} ms of pause, rounds in turns, median of {options.Rounds} rounds (least to most). Over the bridge p50 is {Ratio(direct, bridged, 0.5)} times as long as directly, and p99 {Ratio(direct, bridged, 0.99)} times.
            """);
        return new CurveReport(Name, text, Table(direct, bridged), new LineChart(
            "Latency from COMMIT to the observer", new ChartAxis("percentile", Ticks: [0, 25, 50, 75, 90, 99]), new ChartAxis("µs", IsLogarithmic: true),
            Series("direct", direct), Series("over the bridge", bridged)));
    }

    static async Task<double[]> LatenciesAsync(Way way, ScaleOptions options)
    {
        var count = NotificationsASecond * options.Seconds;
        await way.Receiving.DoAsync($"time {count}");
        var sent = await way.Notifying.DoAsync($"single {count} {PauseMicroseconds}");
        var times = await way.Receiving.DoAsync($"times");
        for (; times.Count == 0; times = await way.Receiving.DoAsync($"times"))
            await Task.Delay(10);
        return [.. times.Zip(sent, (received, committed) => (received - committed) / 1e3).Order()];
    }

    static double At(double[] latencies, double quantile) => latencies[(int)(quantile * (latencies.Length - 1))];

    static double At(List<double[]> rounds, double quantile) => MarkdownTable.Median(rounds.Select(round => At(round, quantile)));

    // Of the rounds one by one: the machine is never the same for long.
    static string Ratio(List<double[]> direct, List<double[]> bridged, double quantile) =>
        MarkdownTable.Median(direct.Zip(bridged, (a, b) => At(b, quantile) / At(a, quantile))).ToString("0.00", CultureInfo.InvariantCulture);

    static ChartSeries Series(string way, List<double[]> rounds) => new(way, [.. s_quantiles.Select(quantile => (100 * quantile, At(rounds, quantile)))]);

    static MarkdownTable Table(List<double[]> direct, List<double[]> bridged)
    {
        var table = new MarkdownTable("", "direct, µs", "over the bridge, µs", "ratio");
        foreach (var quantile in new[] { 0.5, 0.9, 0.99, 0.999 })
        {
            table.Add(
                string.Create(CultureInfo.InvariantCulture, $"p{100 * quantile:0.#}"),
                MarkdownTable.Range([.. direct.Select(round => At(round, quantile))]),
                MarkdownTable.Range([.. bridged.Select(round => At(round, quantile))]),
                Ratio(direct, bridged, quantile));
        }

        return table;
    }
}
