using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Npgsql;
using OrderDesk;
using Rx.PgNotify;
using Rx.PgNotify.Tables;

if (args is not [var connectionString])
{
    Console.Error.WriteLine("Usage: OrderDesk \"Host=localhost;Database=shop;Username=me;Password=…\"");
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
    await using var database = NpgsqlDataSource.Create(connectionString);
    await using var listener = new PgListener(database);
    var table = new OrdersTable(database);
    await table.CreateIfMissingAsync(quit.Token);

    // Concat: one change after the other, however long one takes.
    var mirror = new OrdersMirror(table, Console.WriteLine);
    var following = listener.Channel(OrdersTable.Channel)
        .TableChanges(OrderJson.Default.Order, onMalformed: (_, error) => Console.Error.WriteLine(error.Message))
        .Select(change => Observable.FromAsync(ct => mirror.ApplyAsync(change, ct)))
        .Concat()
        .LastOrDefaultAsync()
        .ToTask(quit.Token);

    await await Task.WhenAny(following, TakeCommandsAsync(new Desk(table, Console.WriteLine)));
    return 0;
}
catch (OperationCanceledException) when (quit.IsCancellationRequested)
{
    return 0;
}
catch (Exception e) when (e is NpgsqlException or PgListenerException or ArgumentException)
{
    Console.Error.WriteLine($"OrderDesk: {e.Message}");
    return 1;
}

async Task TakeCommandsAsync(Desk desk)
{
    // Reading a terminal can't be cancelled; the wait for it can. A console's own asynchronous reading is none.
    while (await Task.Run(Console.ReadLine).WaitAsync(quit.Token) is { } line and not "quit")
    {
        try
        {
            await desk.ExecuteAsync(line, quit.Token);
        }
        catch (NpgsqlException e)
        {
            Console.WriteLine(e.Message);
        }
    }
}
