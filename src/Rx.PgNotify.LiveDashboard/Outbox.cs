using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Rx.PgNotify.LiveDashboard;

/// <summary>
/// What one browser is yet to be sent: of each kind of event the latest, so it never grows. Taking an event in never
/// waits; the browser is written to as fast as it reads.
/// </summary>
sealed class Outbox : IObserver<SseItem<string>>
{
    readonly Lock _gate = new();

    // In the order in which they wait: a kind with many events does not keep the others from their turn.
    readonly OrderedDictionary<string, SseItem<string>> _unsent = [];

    readonly Channel<bool> _filled = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void OnNext(SseItem<string> value)
    {
        lock (_gate)
            _unsent[value.EventType] = value;
        _filled.Writer.TryWrite(true);
    }

    public void OnError(Exception error) => _filled.Writer.TryComplete(error);

    public void OnCompleted() => _filled.Writer.TryComplete();

    /// <summary>To be read once.</summary>
    internal async IAsyncEnumerable<SseItem<string>> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var _ in _filled.Reader.ReadAllAsync(cancellation))
        {
            while (Take() is { } item)
                yield return item;
        }
    }

    SseItem<string>? Take()
    {
        lock (_gate)
        {
            if (_unsent.Count == 0)
                return null;
            var (_, item) = _unsent.GetAt(0);
            _unsent.RemoveAt(0);
            return item;
        }
    }
}
