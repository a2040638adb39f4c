namespace Rx.PgNotify.TestPrograms;

/// <summary>A subscription of a listener beside which something throws.</summary>
sealed class Bystander(ForeignServer server)
{
    readonly string _channel = ForeignServer.UniqueName();
    readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly SemaphoreSlim _notifications = new(0);
    readonly SemaphoreSlim _resyncs = new(0);

    /// <summary>How it ended.</summary>
    internal Task<string> Ended => _ended.Task;

    internal Task SubscribeAsync(PgListener listener)
    {
        listener.Channel(_channel).Signals.Subscribe(
            signal => (signal.IsResync ? _resyncs : _notifications).Release(),
            error => _ended.TrySetResult($"OnError {ForeignProgram.Describe(error)}"),
            () => _ended.TrySetResult("OnCompleted"));
        return IsResynchronizedAsync();
    }

    /// <summary>Waits for one more Resync.</summary>
    internal async Task IsResynchronizedAsync()
    {
        if (!await ResynchronizesAsync())
            throw new InvalidOperationException(await Ended);
    }

    /// <summary>Waits for one more Resync, or for the end: then false.</summary>
    internal async Task<bool> ResynchronizesAsync() => await Task.WhenAny(_resyncs.WaitAsync(), Ended) != Ended;

    /// <summary>"serves", if a notification that is sent now arrives; otherwise how the subscription ended.</summary>
    internal async Task<string> IsServedAsync()
    {
        await server.NotifyTwiceAsync(_channel);
        var both = Task.WhenAll(_notifications.WaitAsync(), _notifications.WaitAsync());
        return await Task.WhenAny(both, Ended) == Ended ? await Ended : "serves";
    }
}
