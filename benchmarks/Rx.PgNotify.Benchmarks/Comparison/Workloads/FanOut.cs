using System.Globalization;
using Rx.PgNotify.Benchmarks.Comparison.Receiving;

namespace Rx.PgNotify.Benchmarks.Comparison.Workloads;

/// <summary>A burst to many subscribers of one channel.</summary>
sealed class FanOut(int count, int subscribers) : Workload
{
    public override string Name => string.Create(CultureInfo.InvariantCulture, $"{count:N0} in one transaction to {subscribers} subscribers");

    // A C program has no subscribers.
    public override bool Suits(ReceiverKind kind) => kind != ReceiverKind.Libpq;

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(ReceiverProcess receiver, Sender sender)
    {
        await receiver.ListenAsync("fanout", 1, subscribers);
        await receiver.ExpectAsync(count);
        var committed = sender.Burst("fanout", 1, count, 8);
        var receipt = await receiver.ReceiveAsync();
        await receiver.CloseAsync();
        var deliveries = (double)count * subscribers;
        return
        [
            new("time per delivery, ns", (receipt.LastAt - committed) / deliveries),
            new("CPU per delivery, ns", receipt.Cpu / deliveries),
            new("allocated per delivery, B", receipt.Bytes / deliveries),
        ];
    }
}
