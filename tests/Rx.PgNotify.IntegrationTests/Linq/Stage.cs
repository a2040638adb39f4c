using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Linq;

/// <summary>
/// Where a query plays: channels of the real server whose signals are known to be dealt with when a call returns, and a
/// clock that only the test moves. So nothing is delivered while time passes, and results need no waiting.
/// </summary>
sealed class Stage : IAsyncDisposable
{
    readonly string _application = UniqueChannel.Name("stage");
    readonly Dictionary<string, WitnessedSignals> _channels = [];
    readonly CompositeDisposable _queries = [];

    public Stage(int bufferCapacity = 65_536) => Listener = new PgListener(
        new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { ApplicationName = _application }.ConnectionString,
        new PgListenerOptions { BufferCapacity = bufferCapacity, ReconnectDelay = TimeSpan.FromMilliseconds(5) });

    public PgListener Listener { get; }

    public HistoricalScheduler Clock { get; } = new();

    /// <summary>The channel's name on the server.</summary>
    public string Name(string label) => Channel(label).Name;

    public IObservable<ChannelSignal> Signals(string label) => Channel(label);

    public IObservable<Notification> Notifications(string label) =>
        Signals(label).Where(signal => signal.IsNotification).Select(signal => signal.Notification);

    /// <summary>Subscribes to a query; returns when the server listens to all that the query subscribed to.</summary>
    public async Task<Recorder<T>> PlayAsync<T>(IObservable<T> query)
    {
        var recorder = new Recorder<T>();
        _queries.Add(query.Subscribe(recorder));
        foreach (var channel in _channels.Values)
            await channel.UntilSeenAsync(channel.Subscribers);
        return recorder;
    }

    /// <summary>Sends; returns when the query has dealt with it.</summary>
    public async Task SendAsync(string label, params string[] payloads)
    {
        var channel = Channel(label);
        var expected = channel.Seen + (channel.Subscribers * payloads.Length);
        foreach (var payload in payloads)
            await TestServer.DataSource.NotifyAsync(channel.Name, payload);
        await channel.UntilSeenAsync(expected);
    }

    /// <summary>Ends the listener's backend; returns when the query has dealt with the Resyncs that follow.</summary>
    public async Task LoseConnectionAsync()
    {
        var expected = _channels.Values.Select(channel => (channel, channel.Seen + channel.Subscribers)).ToList();
        await using var command = TestServer.DataSource.CreateCommand(
            "SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity WHERE application_name = $1");
        command.Parameters.AddWithValue(_application);
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(1));
        foreach (var (channel, seen) in expected)
            await channel.UntilSeenAsync(seen);
    }

    public ValueTask DisposeAsync()
    {
        _queries.Dispose();
        return Listener.DisposeAsync();
    }

    WitnessedSignals Channel(string label)
    {
        if (!_channels.TryGetValue(label, out var channel))
            _channels[label] = channel = new WitnessedSignals(Listener.Channel(UniqueChannel.Name(label)));
        return channel;
    }
}
