using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using NATS.Client.Core;
using Rx.PgNotify;
using Rx.PgNotify.Nats;

namespace Fanout;

/// <summary>What any number of processes run: the present state, read anew after each change and each gap.</summary>
static class OrdersView
{
    internal static async Task ShowAsync(INatsConnection nats, OrdersTable orders, CancellationToken cancellation)
    {
        await using var listener = new NatsListener(nats, new() { SubjectPrefix = OrdersBridge.Prefix });
        using var states = listener.State.Subscribe(state => Console.WriteLine($"listener: {state}"));
        await listener.Channel(OrdersTable.Channel)
            .LiveQuery(orders.ReadAsync, new() { QueryFailed = error => Console.Error.WriteLine($"Fanout: {error.Message}") })
            .Do(Console.WriteLine)
            .LastOrDefaultAsync()
            .ToTask(cancellation);
    }
}
