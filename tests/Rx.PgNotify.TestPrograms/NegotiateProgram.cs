namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// Listens to a channel, and to a second one after a line of input, with short heartbeats. Prints what it listens to and what comes.
/// </summary>
static class NegotiateProgram
{
    internal static async Task<int> RunAsync()
    {
        await using var listener = new PgListener(
            Environment.GetEnvironmentVariable("NEGOTIATOR_CONNECTION")!,
            new PgListenerOptions { Heartbeat = TimeSpan.FromSeconds(1), ReconnectDelay = TimeSpan.FromMilliseconds(20) });
        using var first = await ListenAsync("first");
        await Console.In.ReadLineAsync();
        using var second = await ListenAsync("second");
        await Console.In.ReadToEndAsync();
        return 0;

        async Task<IDisposable> ListenAsync(string name)
        {
            var channel = listener.Channel($"{Environment.GetEnvironmentVariable("NEGOTIATOR_CHANNEL")}_{name}");
            var subscription = await channel.SubscribeAsync(notification => Console.WriteLine($"{name} {notification.Payload}"), _ => { });
            Console.WriteLine($"listening to the {name}");
            return subscription;
        }
    }
}
