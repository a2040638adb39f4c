using System.Diagnostics;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>When the first notification comes after a Resync, each time that somebody waits for it.</summary>
sealed class TakeoverWatch : IObserver<ChannelSignal>
{
    readonly Lock _gate = new();
    TaskCompletionSource<long> _arrival = new();
    bool _hasResynced;

    /// <summary>Waits for a Resync that comes from now on, and for a notification after it.</summary>
    /// <returns>The timestamp of its arrival.</returns>
    public Task<long> NextAsync()
    {
        lock (_gate)
        {
            _hasResynced = false;
            _arrival = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _arrival.Task;
        }
    }

    public void OnNext(ChannelSignal value)
    {
        var now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            _hasResynced |= value.IsResync;
            if (_hasResynced && !value.IsResync)
                _arrival.TrySetResult(now);
        }
    }

    public void OnError(Exception error) => _arrival.TrySetException(error);

    public void OnCompleted()
    {
    }
}
