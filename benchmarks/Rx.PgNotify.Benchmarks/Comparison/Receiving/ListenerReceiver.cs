using System.Reactive;
using System.Reactive.Linq;

namespace Rx.PgNotify.Benchmarks.Comparison.Receiving;

/// <summary>Rx.PgNotify.</summary>
sealed class ListenerReceiver(string connectionString) : IReceiver
{
    PgListener? _listener;
    IReadOnlyList<string> _channels = [];
    TimeSpan _heartbeat = new PgListenerOptions().Heartbeat;

    public async Task ListenAsync(IReadOnlyList<string> channels, int subscribers, Tally tally)
    {
        // Room for a whole burst: a machine that is busy must cost time here, and not an Overflow.
        _listener = new PgListener(connectionString, new PgListenerOptions { BufferCapacity = 1 << 18, BufferBytes = 1 << 29, Heartbeat = _heartbeat });
        _channels = channels;
        await Task.WhenAll(
            from channel in channels
            from _ in Enumerable.Range(0, subscribers)
            select _listener.Channel(channel).SubscribeAsync(tally.Observer<Notification>()));
    }

    public void SetHeartbeat(int seconds) => _heartbeat = TimeSpan.FromSeconds(seconds);

    // The channels are listened to already: each Signals begins with a Resync at once.
    public async Task<Task> ExpectLossAsync()
    {
        var signals = _channels.Select(channel => _listener!.Channel(channel).Signals).ToList();
        var (subscribed, again) = (new CountdownEvent(signals.Count), new CountdownEvent(signals.Count));
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var signal in signals)
        {
            signal.Subscribe(Observer.Create<ChannelSignal>(resync =>
            {
                if (resync.Reasons == ResyncReasons.Subscribed && subscribed.Signal())
                    ready.SetResult();
                if (resync.Reasons == ResyncReasons.Reconnected && again.Signal())
                    lost.SetResult();
            }));
        }

        await ready.Task;
        return lost.Task;
    }

    public Task CloseAsync() => _listener!.DisposeAsync().AsTask();
}
