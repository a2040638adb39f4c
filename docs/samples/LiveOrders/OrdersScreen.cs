using System.Collections.ObjectModel;
using System.Collections.Specialized;
using System.Globalization;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify;
using Spectre.Console;

namespace LiveOrders;

/// <summary>The list on the terminal.</summary>
static class OrdersScreen
{
    // After a restart of the server the pool's connections are dead, and the first query fails on one of them.
    static readonly TimeSpan s_retryDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>Shows it until it is to quit; throws what the listener fails with; a query that fails is run again.</summary>
    internal static Task ShowAsync(PgListener listener, OrdersTable table, CancellationToken quit)
    {
        var orders = new ObservableCollection<Order>();
        return AnsiConsole.Live(new Text("Loading")).StartAsync(async live =>
        {
            var ended = new TaskCompletionSource();
            await using var quitting = quit.Register(() => ended.TrySetResult());

            // Debounce without any time makes it one picture for all the events of a snapshot.
            using var failure = new BehaviorSubject<string>("");
            using var drawing = Events(orders).CombineLatest(listener.State, failure)
                .Debounce(TimeSpan.Zero, TimeSpan.Zero, new SynchronizationContextScheduler(SynchronizationContext.Current!))
                .Subscribe(now => live.UpdateTarget(Draw(orders, now.First, now.Second, now.Third)));
            using var binding = listener.Channel(OrdersTable.Channel).Signals
                .LiveQuery(
                    table.LargestAsync,
                    new() { QueryFailed = error => failure.OnNext($"; {Printable(error.Message)}"), RetryDelay = s_retryDelay })
                .Do(_ => failure.OnNext(""))
                .BindTo(orders, order => order.Id, onError: error => ended.TrySetException(error));
            await ended.Task;
        });
    }

    static IObservable<Tally> Events(ObservableCollection<Order> orders) =>
        Observable.FromEventPattern<NotifyCollectionChangedEventHandler, NotifyCollectionChangedEventArgs>(
                handler => orders.CollectionChanged += handler, handler => orders.CollectionChanged -= handler)
            .Scan(Tally.None, (tally, changed) => tally.Plus(changed.EventArgs.Action))
            .StartWith(Tally.None);

    static Rows Draw(IEnumerable<Order> orders, Tally tally, ListenerState state, string failure)
    {
        var table = new Table { Title = new TableTitle("Orders, largest first") };
        table.AddColumn("Order", column => column.RightAligned());
        table.AddColumn("Customer");
        table.AddColumn("Status");
        table.AddColumn("Amount", column => column.RightAligned());
        foreach (var order in orders)
        {
            table.AddRow(
                new Text(order.Id.ToString(CultureInfo.InvariantCulture)),
                new Text(Printable(order.Customer)),
                new Text(Printable(order.Status)),
                new Text(order.Amount.ToString("N2", CultureInfo.InvariantCulture)));
        }

        return new Rows(table, new Text($"{tally}; {state.GetType().Name}; q quits{failure}"));
    }

    // A row could otherwise send commands to the terminal.
    static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
