using System.Diagnostics;

namespace Rx.PgNotify.IntegrationTests.Stress;

/// <summary>One listener on its line, and what must hold when it is at rest or gone.</summary>
sealed class StressedListener : IAsyncDisposable
{
    readonly Findings _findings;
    readonly HeartbeatClock _clock;
    readonly PgListener _listener;

    public StressedListener(
        string name, PgListenerOptions options, StressedLine line, IReadOnlyList<CommitLog> channels, Findings findings, HeartbeatClock clock)
    {
        (Name, Line, _findings, _clock) = (name, line, findings, clock);
        options.ReconnectDelay = TimeSpan.FromMilliseconds(5);
        options.MaxReconnectDelay = TimeSpan.FromMilliseconds(200);
        options.ObserverFailed = failure =>
        {
            findings.Count("failures reported");
            if (failure.Exception is not StressObserver.Tantrum)
                findings.Violate($"{name}: ObserverFailed got {failure.Exception}");
        };
        _listener = new PgListener(line.ConnectionString, options);
        Subscribers = new Subscribers(_listener.Channel, name, channels, findings);
    }

    /// <summary>What is promised of <see cref="PgListener.DisposeAsync"/>, and the heartbeat of the clock.</summary>
    public static TimeSpan DisposeLimit => TimeSpan.FromSeconds(2);

    public string Name { get; }

    public StressedLine Line { get; }

    public Subscribers Subscribers { get; }

    /// <summary>
    /// With senders and faults at rest: each subscriber must have got the last number of its channel, or a Resync after
    /// it, and the server must listen to exactly what is wanted.
    /// </summary>
    public async Task SettleAsync()
    {
        List<StressObserver> Unsettled() => Subscribers.Living().FindAll(subscriber => !subscriber.HasSettled(subscriber.Log.Committed));
        if (!await HoldsAsync(() => Task.FromResult(Unsettled().Count == 0)))
        {
            foreach (var subscriber in Unsettled())
                _findings.Violate($"{subscriber.Name} on {subscriber.Log.Channel} is stale at {subscriber.Last}, {subscriber.Log.Committed} committed");
            return;
        }

        _findings.Count("subscribers settled", Subscribers.Living().Count);
        foreach (var subscriber in Subscribers.Living().FindAll(subscriber => subscriber.Reconnects >= Line.Proxy.Accepted))
            _findings.Violate($"{subscriber.Name} was told of {subscriber.Reconnects} reconnects in {Line.Proxy.Accepted} connections");
        HashSet<string> wanted = [];
        IReadOnlyList<string> listening = [];
        if (!await HoldsAsync(async () =>
        {
            // Each time anew: an observer may still throw, or leave by itself.
            wanted = Subscribers.Living().Select(subscriber => subscriber.Log.Channel).ToHashSet();
            return wanted.Count == 0 || wanted.SetEquals(listening = await Line.ListeningAsync());
        }))
            _findings.Violate($"{Name}: the server listens to {string.Join(' ', listening)}, wanted is {string.Join(' ', wanted)}");
    }

    /// <summary>All subscribers go; so must the backend.</summary>
    public async Task AbandonAsync()
    {
        foreach (var subscriber in Subscribers.Living())
            subscriber.Dispose();
        await NoBackendIsLeftAsync();
    }

    /// <summary>Ends the listener under its subscribers, whatever the line is doing at this moment.</summary>
    public async Task EndAsync()
    {
        var subscribers = Subscribers.Living();
        var start = _clock.Beats;
        await _listener.DisposeAsync();
        if (_clock.Beats - start is var beats && beats > HeartbeatClock.MostBeatsIn(1))
            _findings.Violate($"{Name}: DisposeAsync took {beats} beats");
        if (!await HoldsAsync(() => Task.FromResult(subscribers.TrueForAll(subscriber => subscriber.IsGone))))
            _findings.Violate($"{Name}: not every observer was completed");
        _findings.Count("listeners ended");
    }

    public async Task NoBackendIsLeftAsync()
    {
        if (!await HoldsAsync(async () => await Chaos.BackendsAsync(Line.Application) == 0))
            _findings.Violate($"{Name}: a backend is left");
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    static async Task<bool> HoldsAsync(Func<Task<bool>> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Eventually.Deadline)
                return false;
            await Task.Delay(20);
        }

        return true;
    }
}
