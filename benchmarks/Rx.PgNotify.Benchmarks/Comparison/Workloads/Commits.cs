using System.Globalization;
using Rx.PgNotify.Benchmarks.Comparison.Receiving;

namespace Rx.PgNotify.Benchmarks.Comparison.Workloads;

/// <summary>Short bursts, each of them some commits of one notification, with a pause after each burst.</summary>
sealed class Commits(int bursts) : Workload
{
    const int Each = 64;

    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    public override string Name => string.Create(CultureInfo.InvariantCulture, $"{Each} commits of one notification, {bursts} times");

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(ReceiverProcess receiver, Sender sender)
    {
        await receiver.ListenAsync("commit", 1);
        await receiver.ExpectAsync(bursts * Each, keepTimes: true);
        var sent = new long[bursts];
        for (var i = 0; i < bursts; i++)
        {
            Thread.Sleep(s_pause);
            sent[i] = sender.Commits("commit0", Each);
        }

        var receipt = await receiver.ReceiveAsync();
        await receiver.CloseAsync();
        var times = sent.Select((sent, i) => (receipt.Times[((i + 1) * Each) - 1] - sent) / 1e3).Order().ToList();
        return
        [
            new("last one after the first was sent (p50), µs", times[times.Count / 2]),
            new("CPU per notification, ns", (double)receipt.Cpu / (bursts * Each)),
        ];
    }
}
