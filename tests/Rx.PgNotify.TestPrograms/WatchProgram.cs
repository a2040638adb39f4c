namespace Rx.PgNotify.TestPrograms;

/// <summary>Listens with a heartbeat of four seconds, and prints a line for each Resync, and to the error output why a connection was lost.</summary>
static class WatchProgram
{
    internal static async Task<int> RunAsync()
    {
        await using var listener = new PgListener(
            Environment.GetEnvironmentVariable("WATCHER_CONNECTION")!,
            new PgListenerOptions { Heartbeat = TimeSpan.FromSeconds(4), LoggerFactory = new WarningLog(Console.Error.WriteLine) });
        using var subscription = listener
            .Channel(Environment.GetEnvironmentVariable("WATCHER_CHANNEL")!).Signals
            .Subscribe(signal => Console.WriteLine(signal.Reasons));
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
