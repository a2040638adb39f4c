using System.Globalization;
using NATS.Client.Core;
using Rx.PgNotify.Nats;

namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// Runs a bridge until its input ends. Prints each of its states as a line, and to the error output what it fails of.
/// </summary>
static class BridgeProgram
{
    internal static async Task<int> RunAsync()
    {
        var heartbeat = TimeSpan.FromSeconds(double.Parse(Variable("BRIDGE_HEARTBEAT"), CultureInfo.InvariantCulture));
        await using var nats = new NatsConnection(new NatsOpts
        {
            Url = Variable("BRIDGE_NATS"),
            Name = "bridge",
            ConnectTimeout = heartbeat,
            ReconnectWaitMin = TimeSpan.FromMilliseconds(50),
            ReconnectWaitMax = TimeSpan.FromMilliseconds(200),
        });
        var bridge = new PgNatsBridge(Variable("BRIDGE_CONNECTION"), nats, new PgNatsBridgeOptions
        {
            SubjectPrefix = Variable("BRIDGE_PREFIX"),
            Heartbeat = heartbeat,
            Channels = Variable("BRIDGE_CHANNELS").Split(',', StringSplitOptions.RemoveEmptyEntries),
            BufferCapacity = int.Parse(Variable("BRIDGE_CAPACITY"), CultureInfo.InvariantCulture),
            LoggerFactory = new WarningLog(Console.Error.WriteLine),
        });
        using var states = bridge.State.Subscribe(Console.WriteLine);
        using var stop = new CancellationTokenSource();
        var running = bridge.RunAsync(stop.Token);
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        await running;
        return 0;
    }

    static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? throw new ArgumentException($"{name} is not set.");
}
