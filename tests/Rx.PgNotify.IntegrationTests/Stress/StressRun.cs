namespace Rx.PgNotify.IntegrationTests.Stress;

/// <summary>All that takes part in a randomised run: channels, senders, listeners and their lines.</summary>
sealed class StressRun : IAsyncDisposable
{
    readonly Random _random;
    readonly Findings _findings;
    readonly HeartbeatClock _clock;
    readonly CommitLog[] _channels = [.. Enumerable.Range(0, 8).Select(i => new CommitLog(UniqueChannel.Name($"stress{i}")))];
    readonly List<StressedLine> _lines = [];
    readonly List<StressedListener> _listeners = [];
    readonly Senders _senders;
    readonly BriefListeners _brief;

    public StressRun(int seed, Findings findings, HeartbeatClock clock)
    {
        (_random, _findings, _clock) = (new Random(seed), findings, clock);
        _senders = new Senders(TestServer.DataSource, _channels, findings);
        _brief = new BriefListeners(NewLine("brief"), _channels, findings, clock);
        Add("roomy", heartbeatSeconds: 1, capacity: 65_536, bytes: 8 * 1024 * 1024, lingerMilliseconds: 200);
        Add("tight", heartbeatSeconds: 2, capacity: 64, bytes: 1024 * 1024, lingerMilliseconds: 0);
        Add("tiny", heartbeatSeconds: 1, capacity: 5_000, bytes: 64 * 1024, lingerMilliseconds: 50);
    }

    /// <summary>Everything at once for a while, then a rest in which each subscriber has to come to know the truth.</summary>
    public async Task RoundAsync(TimeSpan length)
    {
        using var stopSenders = new CancellationTokenSource();
        using var stop = new CancellationTokenSource(length);
        var sending = Enumerable.Range(0, 4).Select(_ => _senders.RunAsync(NewRandom(), stopSenders.Token)).ToArray();
        await Task.WhenAll(_listeners.SelectMany(listener => new[]
        {
            listener.Subscribers.ChurnAsync(NewRandom(), 25, stop.Token),
            new Chaos(listener.Line, _findings).RunAsync(NewRandom(), stop.Token),
        }).Append(_brief.RunAsync(NewRandom(), stop.Token)));
        await stopSenders.CancelAsync();
        await Task.WhenAll(sending);

        // Whatever broke at the very end comes to light when there is something to hear.
        foreach (var channel in _channels)
            await _senders.SendAsync([channel], 1, 0);
        foreach (var listener in _listeners)
            await listener.SettleAsync();
    }

    /// <summary>All subscribers go.</summary>
    public async Task AbandonAsync()
    {
        foreach (var listener in _listeners)
            await listener.AbandonAsync();
    }

    /// <summary>The listeners are disposed under their subscribers.</summary>
    public async Task EndAsync()
    {
        foreach (var listener in _listeners)
        {
            await listener.EndAsync();
            await listener.NoBackendIsLeftAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
            await listener.DisposeAsync();
        foreach (var line in _lines)
            await line.DisposeAsync();
    }

    void Add(string name, int heartbeatSeconds, int capacity, long bytes, int lingerMilliseconds)
    {
        var options = new PgListenerOptions
        {
            Heartbeat = TimeSpan.FromSeconds(heartbeatSeconds),
            BufferCapacity = capacity,
            BufferBytes = bytes,
            Linger = TimeSpan.FromMilliseconds(lingerMilliseconds),
        };
        _listeners.Add(new StressedListener(name, options, NewLine(name), _channels, _findings, _clock));
    }

    StressedLine NewLine(string name)
    {
        var line = new StressedLine(name);
        _lines.Add(line);
        return line;
    }

    Random NewRandom() => new(_random.Next());
}
