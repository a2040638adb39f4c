using System.Globalization;
using Rx.PgNotify.Benchmarks.Comparison.Receiving;

namespace Rx.PgNotify.Benchmarks.Comparison.Workloads;

/// <summary>Many notifications in one transaction, to one channel or to many in turn.</summary>
sealed class Burst(int count, int bytes, int channels = 1) : Workload
{
    public override string Name => string.Create(
        CultureInfo.InvariantCulture, $"{count:N0} of {bytes} B in one transaction{(channels > 1 ? $", {channels:N0} channels in turn" : "")}");

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(ReceiverProcess receiver, Sender sender)
    {
        await receiver.ListenAsync("burst", channels);
        await receiver.ExpectAsync(count / channels);
        var committed = sender.Burst("burst", channels, count, bytes);
        var receipt = await receiver.ReceiveAsync();
        await receiver.CloseAsync();
        List<Figure> figures =
        [
            new("last one after COMMIT, ms", (receipt.LastAt - committed) / 1e6),
            new("CPU per notification, ns", (double)receipt.Cpu / count),
        ];
        if (receiver.Kind != ReceiverKind.Libpq)
            figures.Add(new("allocated per notification, B", (double)receipt.Bytes / count));
        return figures;
    }
}
