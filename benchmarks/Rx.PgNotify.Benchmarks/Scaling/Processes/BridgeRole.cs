using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using NATS.Client.Core;
using Rx.PgNotify.Nats;

namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>The bridge, with its defaults.</summary>
/// <remarks>
/// <code>
/// begin   ok   it is at work
/// </code>
/// </remarks>
sealed class BridgeRole(string connectionString, string nats) : IRole
{
    readonly CancellationTokenSource _end = new();
    readonly NatsConnection _nats = new(new NatsOpts { Url = nats });
    Task _running = Task.CompletedTask;

    public async Task<IReadOnlyList<long>> DoAsync(string[] words)
    {
        if (words is not ["begin"])
            throw new InvalidOperationException("This is no command.");
        var bridge = new PgNatsBridge(connectionString, _nats);
        _running = bridge.RunAsync(_end.Token);
        await bridge.State.FirstAsync(state => state is BridgeState.AtWork).ToTask();
        return [];
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        await _nats.DisposeAsync();
        _end.Dispose();
    }
}
