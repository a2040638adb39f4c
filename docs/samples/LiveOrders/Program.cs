using LiveOrders;
using Npgsql;
using Rx.PgNotify;

if (args is not [var connectionString])
{
    Console.Error.WriteLine("Usage: LiveOrders \"Host=localhost;Database=shop;Username=me;Password=…\"");
    return 2;
}

using var quit = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    quit.Cancel();
};
if (!Console.IsInputRedirected)
    _ = Task.Run(QuitOnKey);
try
{
    await using var database = NpgsqlDataSource.Create(connectionString);
    await using var listener = new PgListener(database);
    var table = new OrdersTable(database);
    await table.CreateIfMissingAsync(quit.Token);
    ScreenContext.Run(() => OrdersScreen.ShowAsync(listener, table, quit.Token));
    return 0;
}
catch (OperationCanceledException) when (quit.IsCancellationRequested)
{
    return 0;
}
catch (Exception e) when (e is NpgsqlException or PgListenerException or ArgumentException)
{
    Console.Error.WriteLine($"LiveOrders: {e.Message}");
    return 1;
}

void QuitOnKey()
{
    while (Console.ReadKey(intercept: true).KeyChar is not 'q')
    {
    }

    quit.Cancel();
}
