using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Tests.Delivery;

/// <summary>A reader that reads when the test says so, and notes when it is queued for that.</summary>
sealed class TestReader(ChannelHub hub) : Reader(hub, static () => { })
{
    readonly SemaphoreSlim _queued = new(0);

    public bool HasJoined { get; private set; }

    public PgListenerException? JoinFailure { get; private set; }

    /// <summary>Whether it waits in the hub: nobody has queued it, or will before it is woken.</summary>
    public bool IsWaiting => Waiting.List is not null;

    public async Task UntilQueuedAsync() =>
        Assert.That(await _queued.WaitAsync(TimeSpan.FromMinutes(1)), "it should be queued");

    public (ReadOutcome Outcome, ChannelSignal[] Signals) Read(int count = 128)
    {
        var batch = new ChannelSignal[count];
        var (outcome, read) = Hub.Read(this, batch);
        return (outcome, batch[..read]);
    }

    /// <summary>Reads what there is, until it is parked or the channel has ended.</summary>
    public async Task<ChannelSignal[]> ReadAllAsync()
    {
        await UntilQueuedAsync();
        var all = new List<ChannelSignal>();
        while (Read() is (ReadOutcome.Signals, var signals))
            all.AddRange(signals);
        return [.. all];
    }

    /// <returns>Whether it waited.</returns>
    public bool Leave() => TryLeave(out var wasWaiting) && wasWaiting;

    public override void Dispose() => Leave();

    internal override void Deliver() => _queued.Release();

    internal override void OnJoined_NeedsLock() => HasJoined = true;

    internal override void OnJoinFailed_NeedsLock(PgListenerException? error) => JoinFailure = error;
}
