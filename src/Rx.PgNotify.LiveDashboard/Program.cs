using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rx.PgNotify.LiveDashboard;

var port = 5080;
if (args is not ([_] or [_, _]) || (args is [_, var text] && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port)) || port > 65_535)
{
    Console.Error.WriteLine("Usage: LiveDashboard \"Host=localhost;Database=shop;Username=me;Password=…\" [PORT]");
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
    await using var dashboard = await DashboardServer.StartAsync(
        database, port, logging => logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace), quit.Token);
    Console.WriteLine($"{dashboard.Address} until Ctrl-C");
    await Task.Delay(Timeout.Infinite, quit.Token);
    return 0;
}
catch (OperationCanceledException) when (quit.IsCancellationRequested)
{
    return 0;
}
catch (Exception e) when (e is NpgsqlException or IOException or ArgumentException)
{
    Console.Error.WriteLine($"LiveDashboard: {e.Message}");
    return 1;
}
