using Fanout;
using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify;

if (args is not ([_, _, "bridge" or "show"] or [_, _, "write", _]))
{
    Console.Error.WriteLine(
        """
        Usage: Fanout CONNECTION NATS bridge
               Fanout CONNECTION NATS show
               Fanout CONNECTION NATS write CUSTOMER
        CONNECTION is such as "Host=localhost;Database=shop;Username=me;Password=…", NATS such as nats://localhost.
        """);
    return 2;
}

using var quit = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    quit.Cancel();
};
try
{
    await using var database = NpgsqlDataSource.Create(args[0]);
    await using var nats = new NatsConnection(new NatsOpts { Url = args[1] });
    var orders = new OrdersTable(database);
    await orders.CreateIfMissingAsync(quit.Token);
    await (args switch
    {
        [_, _, "bridge"] => OrdersBridge.RunAsync(database, nats, quit.Token),
        [_, _, "show"] => OrdersView.ShowAsync(nats, orders, quit.Token),
        _ => orders.WriteAsync(args[3], quit.Token),
    });
    return 0;
}
catch (OperationCanceledException) when (quit.IsCancellationRequested)
{
    return 0;
}
catch (Exception e) when (e is NpgsqlException or PgListenerException)
{
    Console.Error.WriteLine($"Fanout: {e.Message}");
    return 1;
}
