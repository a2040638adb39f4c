using System.Reactive.Linq;

namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// Subscribes as in a beginner's first program, without an error handler, and with an observer that throws.
/// Prints a line once the server listens.
/// </summary>
static class SubscribeProgram
{
    internal static async Task<int> RunAsync()
    {
        await using var listener = new PgListener(Environment.GetEnvironmentVariable("SUBSCRIBER_CONNECTION")!);
        var channel = listener.Channel(Environment.GetEnvironmentVariable("SUBSCRIBER_CHANNEL")!);
        using var subscription = channel.Subscribe(_ => throw new FormatException("thrown by the observer"));
        _ = await channel.Signals.FirstAsync();
        Console.WriteLine("listening");

        // The end of the input is the end of the test; an exception has to come before it.
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
