using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify.Nats;

namespace Fanout;

/// <summary>What two processes run: one is at work, the other one stands by.</summary>
static class OrdersBridge
{
    /// <summary>Bridge and receivers have the same; each database another one.</summary>
    internal const string Prefix = "fanout";

    internal static async Task RunAsync(NpgsqlDataSource database, INatsConnection nats, CancellationToken cancellation)
    {
        // So short to see a takeover soon, also of a process that is stopped (kill -STOP): two heartbeats at the most.
        var bridge = new PgNatsBridge(database, nats, new() { SubjectPrefix = Prefix, Heartbeat = TimeSpan.FromSeconds(2) });
        using var states = bridge.State.Subscribe(state => Console.WriteLine($"bridge: {state}"));
        await bridge.RunAsync(cancellation);
    }
}
