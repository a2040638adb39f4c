using System.Globalization;
using Rx.PgNotify.Benchmarks.Comparison.Receiving;

namespace Rx.PgNotify.Benchmarks.Comparison.Workloads;

/// <summary>One notification at a time, on a line that is idle before each.</summary>
sealed class Singles(int count) : Workload
{
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);

    public override string Name => string.Create(CultureInfo.InvariantCulture, $"{count:N0} single ones, from before NOTIFY to the observer");

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(ReceiverProcess receiver, Sender sender)
    {
        await receiver.ListenAsync("single", 1);
        await receiver.ExpectAsync(count, keepTimes: true);
        var sent = new long[count];
        for (var i = 0; i < count; i++)
        {
            Thread.Sleep(s_pause);
            sent[i] = sender.Single("single0", "x");
        }

        var receipt = await receiver.ReceiveAsync();
        await receiver.CloseAsync();
        var latencies = receipt.Times.Zip(sent, (received, sent) => (received - sent) / 1e3).Order().ToList();
        return
        [
            new("p50, µs", At(0.5)),
            new("p99, µs", At(0.99)),
            new("p99.9, µs", At(0.999)),
            new("CPU per notification, µs", receipt.Cpu / 1e3 / count),
        ];

        double At(double quantile) => latencies[(int)(quantile * (latencies.Count - 1))];
    }
}
