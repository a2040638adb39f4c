using System.Reactive.Disposables;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>One channel of <see cref="ListenedChannels"/>: its subscription, and whether the server listens.</summary>
sealed class ListenedChannel(ListenedChannels owner, string name) : IObserver<ChannelSignal>
{
    readonly TaskCompletionSource<bool> _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal string Name => name;

    /// <summary>Whether the listener was disposed. Under the lock of the channels.</summary>
    internal bool HasCompleted { get; set; }

    /// <summary>There before the subscription is: it may be disposed while the listener subscribes.</summary>
    internal SingleAssignmentDisposable Subscription { get; } = new();

    /// <summary>Whether the server has acknowledged to listen; <see langword="false"/> if the channel ended before.</summary>
    internal Task<bool> Acknowledged => _acknowledged.Task;

    public void OnNext(ChannelSignal value)
    {
        // A channel's first signal is a Resync: the acknowledgement. Whoever waits for it reads after it, so it is passed on
        // to nobody else.
        if (Acknowledged.IsCompleted)
        {
            owner.Raise();
            return;
        }

        owner.Acknowledge(this);
        _acknowledged.TrySetResult(true);
    }

    // Whoever waits for the acknowledgement is cancelled by what the error ends.
    public void OnError(Exception error) => owner.Fail(this, error);

    public void OnCompleted()
    {
        owner.Complete(this);
        _acknowledged.TrySetResult(false);
    }
}
