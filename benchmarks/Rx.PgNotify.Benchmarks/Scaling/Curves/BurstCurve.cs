using System.Globalization;
using Rx.PgNotify.Benchmarks.Scaling.Processes;
using Rx.PgNotify.Benchmarks.Scaling.Report;

namespace Rx.PgNotify.Benchmarks.Scaling.Curves;

/// <summary>One transaction with a great many notifications, directly and over the bridge: how fast, and in how much memory.</summary>
sealed class BurstCurve : Curve
{
    const int WarmUps = 20;
    const int WarmUpCount = 10_000;
    const double MiB = 1024 * 1024;

    // The length grows with one payload, whose bytes are more than all buffers may hold; and a short payload, where the count tells.
    const int Bytes = 512;
    const int ShortBytes = 8;
    const int ShortCount = 200_000;
    static readonly int[] s_counts = [50_000, 200_000, 800_000];

    public override string Name => "burst";

    public override async Task<CurveReport> MeasureAsync(ScaleOptions options)
    {
        var table = new MarkdownTable(
            "burst", "direct, notifications/s", "over the bridge, notifications/s", "dropped, direct", "over the bridge",
            "direct receiver: peak working set (heap), MiB", "bridge, MiB", "its receiver, MiB");
        var (bridges, receivers, heaps) = (new List<(double X, double Y)>(), new List<(double X, double Y)>(), new List<(double X, double Y)>());
        var environs = await MeasureAsync(ShortCount, ShortBytes);
        foreach (var count in s_counts)
            await MeasureAsync(count, Bytes);
        var text = string.Create(CultureInfo.InvariantCulture, $"""
            {environs}; nothing is pinned. One transaction, from the moment when its COMMIT has returned until the last notification has arrived or was reported as dropped; all buffers have their defaults; new processes for each row, medians of {options.Rounds} bursts after {WarmUps} small ones, peaks over all of them.
            """);
        return new CurveReport(Name, text, table, new LineChart(
            $"Peak memory over the length of a burst of {Bytes} bytes each",
            new ChartAxis("notifications in one transaction", IsLogarithmic: true, [.. s_counts.Select(count => (double)count)]), new ChartAxis("MiB"),
            new ChartSeries("bridge", bridges), new ChartSeries("receiver", receivers), new ChartSeries("bridge, heap", heaps)));

        async Task<string> MeasureAsync(int count, int bytes)
        {
            await using var stage = await Stage.StartAsync(isPinned: false, receivingProcesses: 1);
            var direct = await BurstsAsync(stage.Direct, count, bytes, options.Rounds);
            var bridged = await BurstsAsync(stage.Bridged, count, bytes, options.Rounds);
            Say($"{count:N0} of {bytes} B: {direct[^1]}, {bridged[^1]}");
            table.Add(
                string.Create(CultureInfo.InvariantCulture, $"{count:N0} of {bytes} B"),
                Rate(direct, count), Rate(bridged, count), Dropped(direct), Dropped(bridged),
                Memory(direct[^1].Receiver), Memory(bridged[^1].Bridge), Memory(bridged[^1].Receiver));
            if (bytes == Bytes)
            {
                bridges.Add((count, bridged[^1].Bridge.WorkingSet / MiB));
                receivers.Add((count, bridged[^1].Receiver.WorkingSet / MiB));
                heaps.Add((count, bridged[^1].Bridge.Heap / MiB));
            }

            return stage.Environs;
        }
    }

    static async Task<List<Burst>> BurstsAsync(Way way, int count, int bytes, int rounds)
    {
        await way.JoinAsync(new Load());
        for (var i = 0; i < WarmUps; i++)
            await BurstAsync(WarmUpCount);
        await way.Receiving.WatchAsync();
        if (way.Bridge is not null)
            await way.Bridge.WatchAsync();
        var bursts = new List<Burst>();
        for (var i = 0; i < rounds; i++)
            bursts.Add(await BurstAsync(count));
        await way.LeaveAsync();
        return bursts;

        async Task<Burst> BurstAsync(int length)
        {
            var before = (await way.Receiving.DoAsync($"count"))[1];
            await way.Receiving.DoAsync($"expect {length}");
            var committed = (await way.Notifying.DoAsync($"burst {length} {bytes}"))[0];
            var completed = (await way.Receiving.DoAsync($"completed"))[0];
            for (; completed == 0; completed = (await way.Receiving.DoAsync($"completed"))[0])
                await Task.Delay(5);
            return new Burst(
                (completed - committed) / 1e9, (await way.Receiving.DoAsync($"count"))[1] - before,
                await way.Receiving.PeakAsync(), way.Bridge is null ? default : await way.Bridge.PeakAsync());
        }
    }

    static string Rate(List<Burst> bursts, int count) => MarkdownTable.Figure(count / MarkdownTable.Median(bursts.Select(burst => burst.Seconds)));

    static string Dropped(List<Burst> bursts) => MarkdownTable.Figure(MarkdownTable.Median(bursts.Select(burst => (double)burst.Dropped)));

    static string Memory(MemoryPeak peak) => $"{MarkdownTable.Figure(peak.WorkingSet / MiB)} ({MarkdownTable.Figure(peak.Heap / MiB)})";
}
