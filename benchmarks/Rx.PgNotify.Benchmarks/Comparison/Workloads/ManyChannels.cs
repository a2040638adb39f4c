using System.Globalization;
using Rx.PgNotify.Benchmarks.Comparison.Receiving;

namespace Rx.PgNotify.Benchmarks.Comparison.Workloads;

/// <summary>Many channels, from no connection at all and after the backend was killed.</summary>
sealed class ManyChannels(int channels) : Workload
{
    // A connection that is lost sooner is not replaced at once: the server may be one that drops them all.
    static readonly TimeSpan s_served = TimeSpan.FromMilliseconds(500);

    public override string Name => string.Create(CultureInfo.InvariantCulture, $"{channels:N0} channels");

    // It would do what the other loop does.
    public override bool Suits(ReceiverKind kind) => kind != ReceiverKind.EventPattern;

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(ReceiverProcess receiver, Sender sender)
    {
        var asked = Sender.Now;
        var listening = await receiver.ListenAsync("channel", channels);
        List<Figure> figures = [new("from cold until all are acknowledged, ms", (listening - asked) / 1e6)];
        if (receiver.Kind is ReceiverKind.Libpq or ReceiverKind.PgListener)
        {
            await receiver.ExpectLossAsync();
            await Task.Delay(s_served);
            var killed = sender.KillReceivers();
            figures.Add(new("from a kill until all are again, ms", (await receiver.ListenedAgainAsync() - killed) / 1e6));
        }

        await receiver.CloseAsync();
        return figures;
    }
}
