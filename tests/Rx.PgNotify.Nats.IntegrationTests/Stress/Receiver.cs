using NATS.Client.Core;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>
/// A listener over NATS on a line of its own, with observers and readers of all channels who stay, and subscribers who come and go.
/// </summary>
sealed class Receiver : IAsyncDisposable
{
    const int MostSubscribers = 6;
    const int LongestPause = 300;

    readonly NatsConnection _nats;
    readonly NatsListener _listener;
    readonly Subscribers _subscribers;
    readonly List<StressObserver> _staying = [];
    readonly List<TruthReader> _readers = [];
    volatile bool _isCalm;

    /// <param name="name">What its observers are called.</param>
    /// <param name="stage">Whose bridges it hears.</param>
    /// <param name="channels">What is sent on each channel.</param>
    /// <param name="ledger">The truth.</param>
    /// <param name="temper">Of the observers who stay; <see langword="null"/> if none does.</param>
    /// <param name="configure">Sets options.</param>
    /// <param name="findings">What is found.</param>
    public Receiver(
        string name,
        Stage stage,
        IReadOnlyList<CommitLog> channels,
        Ledger ledger,
        Temper? temper,
        Action<NatsListenerOptions> configure,
        Findings findings)
    {
        Name = name;
        Proxy = FaultProxy.Start("127.0.0.1", stage.Nats.Port);
        _nats = stage.Connect(Proxy.Port);
        var options = new NatsListenerOptions
        {
            SubjectPrefix = stage.Prefix,
            AnswerTimeout = stage.Heartbeat,
            ReconnectDelay = TimeSpan.FromMilliseconds(5),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(200),
            ObserverFailed = failure =>
            {
                if (failure.Exception is not StressObserver.Tantrum)
                    findings.Violate($"{name}: ObserverFailed got {failure.Exception}");
            },
        };
        configure(options);
        _listener = new NatsListener(_nats, options);
        _subscribers = new Subscribers(_listener.Channel, name, channels, findings);
        foreach (var log in channels.Where(_ => temper is not null))
        {
            var signals = _listener.Channel(log.Channel).Signals;
            var observer = new StressObserver(log, $"{name} for good", temper!.Value, _staying.Count, findings, () => _isCalm);
            var reader = new TruthReader(log, ledger);
            _staying.Add(observer);
            _readers.Add(reader);
            observer.Subscribed(signals.Subscribe(observer));
            signals.Subscribe(reader);
        }
    }

    public string Name { get; }

    /// <summary>The line to NATS.</summary>
    public FaultProxy Proxy { get; }

    /// <summary>All observers that there are at the moment.</summary>
    public List<StressObserver> Observers() => [.. _staying, .. _subscribers.Living()];

    /// <summary>How many Resyncs the present observers have got, but for the first one of each.</summary>
    public long Resyncs() => Observers().Sum(observer => observer.Resyncs);

    /// <summary>Subscribers come and go until they are told to stop.</summary>
    public async Task ChurnAsync(Random random, CancellationToken stop)
    {
        _isCalm = false;
        await _subscribers.ChurnAsync(random, MostSubscribers, stop, LongestPause);
        _isCalm = true;
    }

    /// <summary>Who does not know all that was committed, and was not told that something is missing.</summary>
    public IEnumerable<string> Stale() =>
        Observers()
            .Where(observer => !observer.HasSettled(observer.Log.Committed))
            .Select(observer => $"{observer.Name} on {observer.Log.Channel} is stale at {observer.Last}, {observer.Log.Committed} committed")
            .Concat(_readers
                .Where(reader => reader.Shown < reader.Log.Committed)
                .Select(reader => $"{Name} shows {reader.Shown} of {reader.Log.Channel}, {reader.Log.Committed} committed"));

    /// <summary>What it is doing.</summary>
    public ListenerState State => _listener.CurrentState;

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _nats.DisposeAsync();
        await Proxy.DisposeAsync();
    }
}
