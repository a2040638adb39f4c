using Npgsql;
using Rx.PgNotify;
using Rx.PgNotify.Tables;
using SavedMessages;

if (args is not ([_, "read", _] or [_, "save", _, _]))
{
    Console.Error.WriteLine(
        """
        Usage: SavedMessages CONNECTION save USER TEXT
               SavedMessages CONNECTION read FILE
        CONNECTION is such as "Host=localhost;Database=shop;Username=me;Password=…"; FILE keeps how far has been read.
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
    var messages = new MessagesTable(database);
    await messages.CreateIfMissingAsync(quit.Token);
    if (args is [_, "save", var user, var text])
    {
        Console.WriteLine($"saved as {await messages.SaveAsync(user, text, quit.Token)}");
        return 0;
    }

    await using var listener = new PgListener(database);
    await MessagesReader.ReadAsync(listener, messages, new CursorFile(args[2]), quit.Token);
    return 0;
}
catch (OperationCanceledException) when (quit.IsCancellationRequested)
{
    return 0;
}
catch (CatchUpCursorException e)
{
    Console.Error.WriteLine($"SavedMessages: {e.Message} Without {args[2]} everything is read again.");
    return 1;
}
catch (Exception e) when (e is NpgsqlException or PgListenerException or ArgumentException or FormatException or IOException)
{
    Console.Error.WriteLine($"SavedMessages: {e.Message}");
    return 1;
}
