using System.Globalization;
using Rx.PgNotify.Benchmarks.Scaling.Processes;
using Rx.PgNotify.Benchmarks.Scaling.Report;

namespace Rx.PgNotify.Benchmarks.Scaling.Curves;

/// <summary>What eight senders of single notifications reach, direct and over the bridge, while one thing grows.</summary>
sealed class ThroughputCurve(string name, string title, ChartAxis growing, Func<int, Load> loadOf) : Curve
{
    const int ReceivingProcesses = 8;

    readonly IReadOnlyList<int> _sizes = [.. growing.Ticks!.Select(tick => (int)tick)];

    public override string Name => name;

    public override async Task<CurveReport> MeasureAsync(ScaleOptions options)
    {
        var most = _sizes.Max(size => loadOf(size).Receivers);
        await using var stage = await Stage.StartAsync(isPinned: true, Math.Min(ReceivingProcesses, most));
        var direct = _sizes.ToDictionary(size => size, _ => new List<Throughput>());
        var bridged = _sizes.ToDictionary(size => size, _ => new List<Throughput>());
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var size in _sizes)
            {
                direct[size].Add(await stage.Direct.MeasureAsync(loadOf(size), options.Duration));
                bridged[size].Add(await stage.Bridged.MeasureAsync(loadOf(size), options.Duration));
                Say($"{size:N0}: {direct[size][^1]}, {bridged[size][^1]}");
            }
        }

        return new CurveReport(name, Text(stage, options, direct, bridged, most), Table(direct, bridged), new LineChart(
            title, growing, new ChartAxis("commits per second"),
            Series("direct", direct), Series("over the bridge", bridged)));
    }

    static double CommitsOf(List<Throughput> rounds) => MarkdownTable.Median(rounds.Select(round => round.CommitsPerSecond));

    static string Ratio(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    static string Lag(List<Throughput> rounds) => MarkdownTable.Figure(MarkdownTable.Median(rounds.Select(round => round.Lag.TotalMilliseconds)));

    static string Dropped(List<Throughput> rounds) => rounds.Sum(round => round.Dropped) is > 0 and var dropped
        ? (100.0 * dropped / rounds.Sum(round => round.Dropped + round.Received)).ToString("0.##", CultureInfo.InvariantCulture) + " %"
        : "0";

    ChartSeries Series(string way, Dictionary<int, List<Throughput>> rounds) =>
        new(way, [.. _sizes.Select(size => ((double)size, CommitsOf(rounds[size])))]);

    string Text(Stage stage, ScaleOptions options, Dictionary<int, List<Throughput>> direct, Dictionary<int, List<Throughput>> bridged, int receivers)
    {
        var spread = receivers > 1 ? $" Receivers are spread over {ReceivingProcesses} operating system processes, each with a connection of its own." : "";
        var (least, most, one) = (_sizes[0], _sizes[^1], CommitsOf(direct[_sizes[0]]));
        return string.Create(CultureInfo.InvariantCulture, $"""
            {stage.Environs}; {ProcessPlace.Description}. Eight senders, each of which waits for its commit before the next; {options.Seconds} s each, median of {options.Rounds} rounds (least to most).{spread} With {most:N0} {growing.Label}, senders reach {Ratio(CommitsOf(direct[most]) / one)} directly and {Ratio(CommitsOf(bridged[most]) / one)} over the bridge of what they reach directly with {least:N0}.
            """);
    }

    MarkdownTable Table(Dictionary<int, List<Throughput>> direct, Dictionary<int, List<Throughput>> bridged)
    {
        var table = new MarkdownTable(
            growing.Label, "direct, commits/s", "over the bridge, commits/s", "direct, to the first", "over the bridge, to direct's first",
            "last one late, direct, ms", "over the bridge, ms", "dropped, direct", "over the bridge");
        var one = CommitsOf(direct[_sizes[0]]);
        foreach (var size in _sizes)
        {
            table.Add(
                size.ToString("N0", CultureInfo.InvariantCulture),
                MarkdownTable.Range([.. direct[size].Select(round => round.CommitsPerSecond)]),
                MarkdownTable.Range([.. bridged[size].Select(round => round.CommitsPerSecond)]),
                Ratio(CommitsOf(direct[size]) / one), Ratio(CommitsOf(bridged[size]) / one),
                Lag(direct[size]), Lag(bridged[size]), Dropped(direct[size]), Dropped(bridged[size]));
        }

        return table;
    }
}
